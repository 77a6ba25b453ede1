terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.90"
    }
    github = {
      source  = "integrations/github"
      version = "~> 6.6"
    }
  }

  backend "s3" {
    bucket       = "acme-shop-terraform"
    key          = "shop.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "github" {
  owner = "acme-shop"
}

variable "office_cidr" {
  description = "Address range of the office network"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of shop.acme-shop.net"
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "private_subnets" {
  type = list(string)
}

variable "public_subnets" {
  type = list(string)
}
