# The state is in a bucket of R2, behind its S3 API. `npm run infra -- init` says which bucket and where; the keys come from
# the environment. Nothing here is specific to a deployment.
terraform {
  backend "s3" {
    key    = "meridian.tfstate"
    region = "auto"

    # `meridian.tfstate.tflock`, written with If-None-Match. `npm run infra -- doctor` proves that the bucket heeds it.
    use_lockfile = true

    # R2 has no checksums of this kind, no STS, no metadata of instances, and regions of its own.
    skip_s3_checksum            = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
    use_path_style              = true
  }
}
