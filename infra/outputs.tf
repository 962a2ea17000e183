output "keys" {
  description = "Keys of S3, by what they are for: R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY."
  sensitive   = true
  value = {
    for name, token in cloudflare_account_token.this :
    name => { access_key_id = token.id, secret_access_key = sha256(token.value) }
  }
}

output "access_audience" {
  description = "admin.accessAudience of the configuration."
  value       = one(cloudflare_zero_trust_access_application.admin[*].aud)
}

output "pipeline_access" {
  description = "What a pipeline shows Access: the headers CF-Access-Client-Id and CF-Access-Client-Secret."
  sensitive   = true
  value = one([
    for token in cloudflare_zero_trust_access_service_token.pipeline :
    { client_id = token.client_id, client_secret = token.client_secret }
  ])
}
