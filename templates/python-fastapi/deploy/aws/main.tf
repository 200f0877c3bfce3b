# The service on AWS: Fargate behind an internal balancer, PostgreSQL in two zones, everything encrypted, nothing public.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = {
      service     = local.name
      environment = var.environment
      owner       = "street-services@hackney.example"
    }
  }
}

locals {
  # AWS bounds names of balancers and target groups to 32 characters, so those are cut.
  name  = "borough-lighting"
  short = trimsuffix(substr(local.name, 0, 24), "-")
  environment_of_service = {
    ENVIRONMENT     = var.environment
    HANSOM_ISSUER   = var.hansom_issuer
    HANSOM_JWKS_URL = "${var.hansom_hub_url}/oauth/jwks"
    HANSOM_AUDIENCE = "https://${var.domain}"
    HANSOM_HUB_URL  = var.hansom_hub_url
    PGSSLROOTCERT   = "/app/certs/rds.pem"
  }
}

data "aws_region" "current" {}
