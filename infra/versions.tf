terraform {
  # The lock in the bucket (backend.tf) is there from Terraform 1.11 and OpenTofu 1.10 on.
  required_version = ">= 1.11.0"

  required_providers {
    cloudflare = {
      source = "cloudflare/cloudflare"
      # From 5.13 on, a token's policies are a set, and their resources are JSON.
      version = "~> 5.13"
    }
  }
}

# Its token is CLOUDFLARE_API_TOKEN of the environment: docs/infrastructure.md says what it has to be allowed to do.
provider "cloudflare" {}
