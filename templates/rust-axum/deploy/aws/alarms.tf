locals {
  balancer = { LoadBalancer = aws_lb.service.arn_suffix }
  targets  = merge(local.balancer, { TargetGroup = aws_lb_target_group.service.arn_suffix })
  database = { DBInstanceIdentifier = aws_db_instance.database.identifier }
  alarms = {
    errors    = { space = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", of = local.targets, statistic = "Sum", above = 5, says = "The service answers 5xx. Look at its log; undo the last deployment." }
    slow      = { space = "AWS/ApplicationELB", metric = "TargetResponseTime", of = local.targets, statistic = "p95", above = 0.5, says = "Answers are slower than promised. Look at the database's load." }
    probe     = { space = "AWS/ApplicationELB", metric = "UnHealthyHostCount", of = local.targets, statistic = "Minimum", above = 0, says = "A task fails its probe. Look at /ready and the database." }
    processor = { space = "AWS/RDS", metric = "CPUUtilization", of = local.database, statistic = "Average", above = 85, says = "The database is busy. Look for slow statements." }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.space
  metric_name         = each.value.metric
  dimensions          = each.value.of
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "storage" {
  alarm_name          = "${local.name}-storage"
  alarm_description   = "The database has less than 2 GB left. Let it grow, or throw away."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = local.database
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 2000000000
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = [var.alarm_topic_arn]
}

resource "aws_cloudwatch_dashboard" "service" {
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = [for index, key in sort(keys(local.alarms)) : {
      type   = "metric"
      x      = 12 * (index % 2)
      y      = 6 * floor(index / 2)
      width  = 12
      height = 6
      properties = {
        title   = key
        region  = var.region
        period  = 60
        stat    = local.alarms[key].statistic
        metrics = [concat([local.alarms[key].space, local.alarms[key].metric], flatten([for name, value in local.alarms[key].of : [name, value]]))]
      }
    }]
  })
}

output "upstream" {
  description = "What api.yaml names as the upstream, with the base path behind it."
  value       = "https://${var.domain}"
}

output "balancer" {
  description = "Where the domain has to lead."
  value       = aws_lb.service.dns_name
}
