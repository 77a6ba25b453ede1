resource "aws_db_subnet_group" "shop" {
  name       = "shop"
  subnet_ids = var.private_subnets
}

resource "aws_db_instance" "shop" {
  identifier                  = "shop"
  engine                      = "postgres"
  engine_version              = "16.9"
  instance_class              = "db.m7g.large"
  allocated_storage           = 200
  db_subnet_group_name        = aws_db_subnet_group.shop.name
  username                    = "shop_owner"
  manage_master_user_password = true
  parameter_group_name        = aws_db_parameter_group.shop.name
  multi_az                    = true
  storage_encrypted           = true
  kms_key_id                  = aws_kms_key.data.arn
  publicly_accessible         = false
  backup_retention_period     = 14
  deletion_protection         = true
  skip_final_snapshot         = false
  final_snapshot_identifier   = "shop-final"
}

resource "aws_db_parameter_group" "shop" {
  name   = "shop-postgres16"
  family = "postgres16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

variable "reporting_password" {
  type    = string
  default = "changeme"
}

resource "aws_db_instance" "reporting" {
  identifier              = "reporting"
  engine                  = "postgres"
  engine_version          = "16.9"
  instance_class          = "db.t4g.medium"
  allocated_storage       = 50
  username                = "reporting"
  password                = var.reporting_password
  storage_encrypted       = false
  publicly_accessible     = true
  backup_retention_period = 0
  deletion_protection     = false
  skip_final_snapshot     = true
}
