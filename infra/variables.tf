variable "account_id" {
  description = "CLOUDFLARE_ACCOUNT_ID of the environment, as `npx wrangler whoami` shows it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.account_id))
    error_message = "An account's id is 32 hexadecimal digits, as `npx wrangler whoami` shows it."
  }
}

variable "zone" {
  description = "The zone that the domains of routing.pinDomains are in, such as example.com. Needed once there are any."
  type        = string
  default     = ""
}

variable "state_bucket" {
  description = "The bucket of this state: MERIDIAN_STATE_BUCKET of the environment."
  type        = string
  default     = "meridian-tofu"
}

variable "adopt_buckets" {
  description = "Whether the buckets are there already, as after a deploy by wrangler, and are taken over as they are."
  type        = bool
  default     = false
}

variable "history_days" {
  description = "How long a copy of the state can neither be changed nor deleted. Three times as long after that it is deleted."
  type        = number
  default     = 30

  validation {
    condition     = var.history_days >= 1 && floor(var.history_days) == var.history_days
    error_message = "It is a whole number of days, at least 1."
  }
}

variable "administrators" {
  description = "E-mail addresses of the people whom Cloudflare Access lets administer. None: no Access application."
  type        = list(string)
  default     = []
}

variable "tokens_expire" {
  description = "When the tokens made here cease to be valid, such as 2027-06-30T00:00:00Z. Absent: no tokens are made."
  type        = string
  default     = ""

  validation {
    condition     = var.tokens_expire == "" || can(formatdate("YYYY", var.tokens_expire))
    error_message = "It is a time such as 2027-06-30T00:00:00Z."
  }
}
