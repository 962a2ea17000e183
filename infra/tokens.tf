# Tokens that may do one thing each, and end. R2 takes a token as a key of S3: its id is the access key id, and the SHA-256 of
# its value the secret access key.
locals {
  tokens = var.tokens_expire == "" ? {} : {
    state   = { bucket = var.state_bucket, permission = "Workers%20R2%20Storage%20Bucket%20Item%20Write" }
    backups = { bucket = local.backups_bucket, permission = "Workers%20R2%20Storage%20Bucket%20Item%20Read" }
  }
}

data "cloudflare_account_api_token_permission_groups_list" "this" {
  for_each   = local.tokens
  account_id = var.account_id
  name       = each.value.permission
}

resource "cloudflare_account_token" "this" {
  for_each   = local.tokens
  account_id = var.account_id
  name       = "${local.worker} ${each.key}"
  expires_on = var.tokens_expire

  policies = [{
    effect            = "allow"
    permission_groups = [{ id = data.cloudflare_account_api_token_permission_groups_list.this[each.key].result[0].id }]
    resources = jsonencode({
      "com.cloudflare.edge.r2.bucket.${var.account_id}_default_${each.value.bucket}" = "*"
    })
  }]
}
