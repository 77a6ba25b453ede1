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

resource "github_branch_protection" "shop" {
  repository_id  = "shop"
  pattern        = "main"
  enforce_admins = true

  required_status_checks {
    strict   = true
    contexts = ["api", "fulfilment"]
  }

  required_pull_request_reviews {
    required_approving_review_count = 1
    require_code_owner_reviews      = true
    dismiss_stale_reviews           = true
  }
}

resource "github_branch_protection" "label_templates" {
  repository_id       = "label-templates"
  pattern             = "main"
  allows_force_pushes = true

  required_pull_request_reviews {
    required_approving_review_count = 0
  }
}
