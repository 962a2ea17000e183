# Cloudflare Access in front of the admin paths of each domain (docs/security.md). Clients of NATS never pass it.
locals {
  has_access = length(var.administrators) > 0 && length(local.domains) > 0

  admin_paths = [
    "api/config*", "api/audit*", "api/regions/*/*", "api/jetstream*", "api/backups*", "api/containers*", "api/traffic",
    "api/metrics/*", "metrics", "nats/*/info", "nats/*/stats",
  ]
}

resource "cloudflare_zero_trust_access_service_token" "pipeline" {
  count      = local.has_access ? 1 : 0
  account_id = var.account_id
  name       = "${local.worker} pipeline"
  duration   = "2160h"
}

resource "cloudflare_zero_trust_access_policy" "administrators" {
  count      = local.has_access ? 1 : 0
  account_id = var.account_id
  name       = "${local.worker} administrators"
  decision   = "allow"
  include    = [for email in var.administrators : { email = { email = email } }]
}

resource "cloudflare_zero_trust_access_policy" "pipeline" {
  count      = local.has_access ? 1 : 0
  account_id = var.account_id
  name       = "${local.worker} pipeline"
  decision   = "non_identity"
  include    = [{ service_token = { token_id = cloudflare_zero_trust_access_service_token.pipeline[0].id } }]
}

resource "cloudflare_zero_trust_access_application" "admin" {
  count            = local.has_access ? 1 : 0
  account_id       = var.account_id
  name             = "${local.worker} admin"
  type             = "self_hosted"
  session_duration = "8h"

  destinations = flatten([
    for domain in local.domains : [for path in local.admin_paths : { type = "public", uri = "${domain}/${path}" }]
  ])

  policies = [
    { id = cloudflare_zero_trust_access_policy.administrators[0].id, precedence = 1 },
    { id = cloudflare_zero_trust_access_policy.pipeline[0].id, precedence = 2 },
  ]
}
