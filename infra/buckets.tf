locals {
  buckets     = toset([local.backups_bucket, var.state_bucket])
  day_seconds = 24 * 60 * 60
}

import {
  for_each = var.adopt_buckets ? local.buckets : toset([])
  to       = cloudflare_r2_bucket.this[each.value]
  id       = "${var.account_id}/${each.value}/default"
}

resource "cloudflare_r2_bucket" "this" {
  for_each   = local.buckets
  account_id = var.account_id
  name       = each.value

  lifecycle {
    prevent_destroy = true
  }
}

# Copies of the state (`npm run infra -- history`) cannot be changed. The state itself and its lock are written and deleted
# again and again: neither may ever be under a rule.
resource "cloudflare_r2_bucket_lock" "history" {
  account_id  = var.account_id
  bucket_name = cloudflare_r2_bucket.this[var.state_bucket].name
  rules = [{
    id      = "history"
    enabled = true
    prefix  = "history/"
    condition = {
      type            = "Age"
      max_age_seconds = var.history_days * local.day_seconds
    }
  }]
}

resource "cloudflare_r2_bucket_lifecycle" "history" {
  account_id  = var.account_id
  bucket_name = cloudflare_r2_bucket.this[var.state_bucket].name
  rules = [{
    id         = "history"
    enabled    = true
    conditions = { prefix = "history/" }
    delete_objects_transition = {
      condition = {
        type    = "Age"
        max_age = 4 * var.history_days * local.day_seconds
      }
    }
  }]
}

# Parts of uploads that nobody finished. What is kept of backups, and how long, is the Worker's to say (docs/backup.md).
resource "cloudflare_r2_bucket_lifecycle" "backups" {
  account_id  = var.account_id
  bucket_name = cloudflare_r2_bucket.this[local.backups_bucket].name
  rules = [{
    id         = "unfinished-uploads"
    enabled    = true
    conditions = { prefix = "" }
    abort_multipart_uploads_transition = {
      condition = {
        type    = "Age"
        max_age = local.day_seconds
      }
    }
  }]
}
