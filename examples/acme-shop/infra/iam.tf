data "aws_iam_policy_document" "label_printer" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.labels.arn}/*"]
  }
}

resource "aws_iam_policy" "label_printer" {
  name   = "label-printer"
  policy = data.aws_iam_policy_document.label_printer.json
}

resource "aws_iam_policy" "batch" {
  name = "batch"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      }
    ]
  })
}
