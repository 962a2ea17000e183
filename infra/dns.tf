# The names of hostnames.tf. DNS chooses no region: the Worker does. A custom domain brings its DNS record and its
# certificate with it.
data "cloudflare_zone" "this" {
  count = length(local.domains) > 0 ? 1 : 0

  filter = {
    name    = var.zone
    account = { id = var.account_id }
  }

  lifecycle {
    precondition {
      condition     = var.zone != "" && alltrue([for domain in local.domains : domain == var.zone || endswith(domain, ".${var.zone}")])
      error_message = "The variable `zone` has to be the zone of all of routing.pinDomains: write it into infra/terraform.tfvars, or set TF_VAR_zone."
    }
  }
}

resource "cloudflare_workers_custom_domain" "this" {
  for_each   = local.hostnames
  account_id = var.account_id
  zone_id    = data.cloudflare_zone.this[0].zone_id
  hostname   = each.value
  service    = local.worker
}
