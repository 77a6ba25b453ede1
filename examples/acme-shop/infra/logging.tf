resource "aws_cloudwatch_log_group" "api" {
  name              = "/acme-shop/api"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "fulfilment" {
  name              = "/acme-shop/fulfilment"
  retention_in_days = 7
}

resource "aws_cloudtrail" "account" {
  name                          = "account"
  s3_bucket_name                = "acme-security-cloudtrail"
  kms_key_id                    = aws_kms_key.data.arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = true
}

resource "aws_cloudtrail" "invoices" {
  name                       = "invoices"
  s3_bucket_name             = "acme-security-cloudtrail"
  kms_key_id                 = aws_kms_key.data.arn
  enable_log_file_validation = true
  enable_logging             = false

  event_selector {
    read_write_type = "All"

    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.invoices.arn}/"]
    }
  }
}
