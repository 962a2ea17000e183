# The names that lead to the Worker: for each domain of routing.pinDomains the domain itself, by which clients are routed to
# the best region, one name for each region, by which they prefer it, and `leaf.` and `mqtt.`.
locals {
  hostnames = toset(flatten([
    for domain in local.domains : concat([domain], [for name in concat(local.regions, local.doors) : "${name}.${domain}"])
  ]))
}

output "hostnames" {
  description = "What leads to the Worker."
  value       = sort(local.hostnames)
}
