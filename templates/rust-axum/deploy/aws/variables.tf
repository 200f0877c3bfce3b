variable "region" {
  description = "Where it runs."
  type        = string
  default     = "eu-west-2"
}

variable "environment" {
  description = "The platform's name for the environment."
  type        = string
  default     = "production"
}

variable "image" {
  description = "The image, by digest."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "private_subnet_ids" {
  description = "Private subnets in two zones at least, with a way to the hub and to AWS."
  type        = list(string)
  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "Two subnets at least, in different zones."
  }
}

variable "gateway_security_group_id" {
  description = "The gateway's security group: from there alone are requests let in."
  type        = string
}

variable "domain" {
  description = "The service's own name inside, as api.yaml names it."
  type        = string
}

variable "certificate_arn" {
  description = "The certificate of that name."
  type        = string
}

variable "hansom_issuer" {
  description = "The base address of the environment, which signs who calls."
  type        = string
}

variable "hansom_hub_url" {
  description = "The developer hub."
  type        = string
}

variable "alarm_topic_arn" {
  description = "The SNS topic that wakes somebody."
  type        = string
}

variable "tasks" {
  description = "How many run at once."
  type        = number
  default     = 2
}

variable "database_class" {
  description = "The size of the database."
  type        = string
  default     = "db.t4g.small"
}
