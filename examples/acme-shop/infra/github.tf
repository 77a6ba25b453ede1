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
