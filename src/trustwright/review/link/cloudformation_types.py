"""CloudFormation's types and properties in Terraform's words: data.

A type maps to Terraform's type and to the properties whose name is more than its own words in snake case. A property
maps to a name, or to a name and the names below it. A trailing ``[]`` puts a single value into a list; an empty name
lifts what is below to where the property stands; a trailing ``-`` leaves what is below as written, keys included.
Sources: the property reference of CloudFormation, the argument reference of the AWS provider.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

Names: TypeAlias = Mapping[str, "str | tuple[str, Names]"]

_RULE: Final[Names] = {
    "CidrIp": "cidr_blocks[]",
    "CidrIpv6": "ipv6_cidr_blocks[]",
    "IpProtocol": "protocol",
    "SourceSecurityGroupId": "security_groups[]",
    "DestinationSecurityGroupId": "security_groups[]",
}
_DATABASE: Final[Names] = {
    "MasterUsername": "master_username",
    "MasterUserPassword": "master_password",
    "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
    "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
    "DBClusterIdentifier": "cluster_identifier",
    "IamAuthEnabled": "iam_database_authentication_enabled",
}
_HEALTH_CHECK: Final[Names] = {
    "HealthCheckPath": "health_check_path",
    "HealthCheckEnabled": "health_check_enabled",
}
_SEARCH: Final[Names] = {
    "EncryptionAtRestOptions": ("encrypt_at_rest", {}),
    "NodeToNodeEncryptionOptions": ("node_to_node_encryption", {}),
    "DomainEndpointOptions": (
        "domain_endpoint_options",
        {"EnforceHTTPS": "enforce_https", "TLSSecurityPolicy": "tls_security_policy"},
    ),
    "VPCOptions": "vpc_options",
    "AccessPolicies": "access_policies-",
}

TYPES: Final[Mapping[str, tuple[str, Names]]] = {
    "AWS::RDS::DBInstance": (
        "aws_db_instance",
        {
            "DBInstanceIdentifier": "identifier",
            "DBInstanceClass": "instance_class",
            "MasterUsername": "username",
            "MasterUserPassword": "password",
            "VPCSecurityGroups": "vpc_security_group_ids",
            "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
            "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
            "EnablePerformanceInsights": "performance_insights_enabled",
            "DBParameterGroupName": "parameter_group_name",
            "DeleteAutomatedBackups": "delete_automated_backups",
        },
    ),
    "AWS::RDS::DBCluster": ("aws_rds_cluster", _DATABASE),
    "AWS::RDS::GlobalCluster": ("aws_rds_global_cluster", {}),
    "AWS::RDS::DBParameterGroup": ("aws_db_parameter_group", {"Parameters": "parameters-"}),
    "AWS::RDS::DBClusterParameterGroup": ("aws_rds_cluster_parameter_group", {"Parameters": "parameters-"}),
    "AWS::RDS::DBSubnetGroup": ("aws_db_subnet_group", {}),
    "AWS::Neptune::DBCluster": ("aws_neptune_cluster", _DATABASE),
    "AWS::DocDB::DBCluster": ("aws_docdb_cluster", _DATABASE),
    "AWS::Redshift::Cluster": ("aws_redshift_cluster", {"LoggingProperties": ("logging", {})}),
    "AWS::DynamoDB::Table": (
        "aws_dynamodb_table",
        {
            "TableName": "name",
            "SSESpecification": ("server_side_encryption", {"SSEEnabled": "enabled", "KMSMasterKeyId": "kms_key_arn"}),
            "PointInTimeRecoverySpecification": ("point_in_time_recovery", {"PointInTimeRecoveryEnabled": "enabled"}),
        },
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        "aws_elasticache_replication_group",
        {
            "ReplicationGroupDescription": "description",
            "CacheNodeType": "node_type",
            "MultiAZEnabled": "multi_az_enabled",
        },
    ),
    "AWS::ElastiCache::CacheCluster": ("aws_elasticache_cluster", {"CacheNodeType": "node_type"}),
    "AWS::S3::Bucket": (
        "aws_s3_bucket",
        {
            "BucketName": "bucket",
            "AccessControl": "acl",
            "VersioningConfiguration": ("versioning", {"Status": "enabled"}),
            "LoggingConfiguration": (
                "logging",
                {"DestinationBucketName": "target_bucket", "LogFilePrefix": "target_prefix"},
            ),
            "BucketEncryption": (
                "server_side_encryption_configuration",
                {
                    "ServerSideEncryptionConfiguration": (
                        "rule",
                        {
                            "ServerSideEncryptionByDefault": (
                                "apply_server_side_encryption_by_default",
                                {"SSEAlgorithm": "sse_algorithm", "KMSMasterKeyID": "kms_master_key_id"},
                            )
                        },
                    )
                },
            ),
            "LifecycleConfiguration": ("", {"Rules": "lifecycle_rule"}),
            "WebsiteConfiguration": "website",
        },
    ),
    "AWS::S3::BucketPolicy": ("aws_s3_bucket_policy", {"PolicyDocument": "policy-"}),
    "AWS::KMS::Key": (
        "aws_kms_key",
        {"PendingWindowInDays": "deletion_window_in_days", "KeyPolicy": "policy-", "Enabled": "is_enabled"},
    ),
    "AWS::SecretsManager::Secret": ("aws_secretsmanager_secret", {}),
    "AWS::SecretsManager::RotationSchedule": ("aws_secretsmanager_secret_rotation", {}),
    "AWS::SSM::Parameter": ("aws_ssm_parameter", {}),
    "AWS::SQS::Queue": ("aws_sqs_queue", {"QueueName": "name"}),
    "AWS::SQS::QueuePolicy": ("aws_sqs_queue_policy", {"PolicyDocument": "policy-"}),
    "AWS::SNS::Topic": ("aws_sns_topic", {"TopicName": "name"}),
    "AWS::SNS::TopicPolicy": ("aws_sns_topic_policy", {"PolicyDocument": "policy-"}),
    "AWS::SNS::Subscription": ("aws_sns_topic_subscription", {}),
    "AWS::Kinesis::Stream": (
        "aws_kinesis_stream",
        {
            "StreamEncryption": ("", {"EncryptionType": "encryption_type", "KeyId": "kms_key_id"}),
            "RetentionPeriodHours": "retention_period",
        },
    ),
    "AWS::EFS::FileSystem": ("aws_efs_file_system", {"BackupPolicy": "backup_policy"}),
    "AWS::FSx::FileSystem": ("aws_fsx_file_system", {}),
    "AWS::EC2::Volume": ("aws_ebs_volume", {}),
    "AWS::EC2::Instance": (
        "aws_instance",
        {
            "ImageId": "ami",
            "BlockDeviceMappings": ("ebs_block_device", {"Ebs": ("", {})}),
            "SecurityGroupIds": "vpc_security_group_ids",
            "NetworkInterfaces": ("network_interface", {}),
        },
    ),
    "AWS::EC2::LaunchTemplate": (
        "aws_launch_template",
        {"LaunchTemplateData": ("", {"BlockDeviceMappings": ("block_device_mappings", {"Ebs": ("ebs", {})})})},
    ),
    "AWS::AutoScaling::LaunchConfiguration": (
        "aws_launch_configuration",
        {"BlockDeviceMappings": ("ebs_block_device", {"Ebs": ("", {})})},
    ),
    "AWS::EC2::SecurityGroup": (
        "aws_security_group",
        {
            "GroupDescription": "description",
            "GroupName": "name",
            "SecurityGroupIngress": ("ingress", _RULE),
            "SecurityGroupEgress": ("egress", _RULE),
        },
    ),
    "AWS::EC2::SecurityGroupIngress": ("aws_security_group_rule", {**_RULE, "GroupId": "security_group_id"}),
    "AWS::EC2::SecurityGroupEgress": ("aws_security_group_rule", {**_RULE, "GroupId": "security_group_id"}),
    "AWS::EC2::VPC": ("aws_vpc", {}),
    "AWS::EC2::Subnet": ("aws_subnet", {}),
    "AWS::EC2::FlowLog": ("aws_flow_log", {"DeliverLogsPermissionArn": "iam_role_arn"}),
    "AWS::EC2::NetworkAclEntry": ("aws_network_acl_rule", {}),
    "AWS::EC2::Route": ("aws_route", {}),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "aws_lb",
        {"Scheme": "scheme", "LoadBalancerAttributes": "attributes", "Type": "load_balancer_type"},
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (
        "aws_lb_listener",
        {"DefaultActions": ("default_action", {"RedirectConfig": ("redirect", {})}), "Certificates": "certificates"},
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("aws_lb_target_group", _HEALTH_CHECK),
    "AWS::ElasticLoadBalancing::LoadBalancer": (
        "aws_elb",
        {
            "Listeners": ("listener", {"Protocol": "lb_protocol", "LoadBalancerPort": "lb_port"}),
            "AccessLoggingPolicy": ("access_logs", {"S3BucketName": "bucket"}),
        },
    ),
    "AWS::AutoScaling::AutoScalingGroup": ("aws_autoscaling_group", {}),
    "AWS::AutoScaling::ScalingPolicy": ("aws_autoscaling_policy", {}),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("aws_appautoscaling_target", {}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("aws_appautoscaling_policy", {}),
    "AWS::ECS::Cluster": ("aws_ecs_cluster", {"ClusterSettings": ("setting", {})}),
    "AWS::ECS::Service": (
        "aws_ecs_service",
        {"DeploymentConfiguration": ("", {"DeploymentCircuitBreaker": ("deployment_circuit_breaker", {})})},
    ),
    "AWS::ECS::TaskDefinition": ("aws_ecs_task_definition", {"ContainerDefinitions": "container_definitions-"}),
    "AWS::ECR::Repository": ("aws_ecr_repository", {"RepositoryName": "name", "RepositoryPolicyText": "policy-"}),
    "AWS::EKS::Cluster": ("aws_eks_cluster", {"ResourcesVpcConfig": ("vpc_config", {}), "Logging": "logging"}),
    "AWS::EKS::Nodegroup": ("aws_eks_node_group", {}),
    "AWS::Lambda::Function": (
        "aws_lambda_function",
        {"Environment": ("environment", {"Variables": "variables-"}), "TracingConfig": ("tracing_config", {})},
    ),
    "AWS::Lambda::Permission": ("aws_lambda_permission", {}),
    "AWS::Lambda::Url": ("aws_lambda_function_url", {"AuthType": "authorization_type"}),
    "AWS::Serverless::Function": (
        "aws_lambda_function",
        {"Environment": ("environment", {"Variables": "variables-"}), "Tracing": "tracing", "Policies": "policies-"},
    ),
    "AWS::Serverless::Api": ("aws_api_gateway_rest_api", {"DefinitionBody": "body-"}),
    "AWS::Serverless::HttpApi": ("aws_apigatewayv2_api", {"DefinitionBody": "body-"}),
    "AWS::Serverless::SimpleTable": (
        "aws_dynamodb_table",
        {"SSESpecification": ("server_side_encryption", {"SSEEnabled": "enabled"})},
    ),
    "AWS::ApiGateway::RestApi": ("aws_api_gateway_rest_api", {"Policy": "policy-", "Body": "body-"}),
    "AWS::ApiGateway::Stage": ("aws_api_gateway_stage", {"AccessLogSetting": ("access_log_settings", {})}),
    "AWS::ApiGateway::Method": ("aws_api_gateway_method", {"AuthorizationType": "authorization"}),
    "AWS::ApiGatewayV2::Api": ("aws_apigatewayv2_api", {"Body": "body-"}),
    "AWS::ApiGatewayV2::Stage": ("aws_apigatewayv2_stage", {}),
    "AWS::CloudFront::Distribution": (
        "aws_cloudfront_distribution",
        {
            "DistributionConfig": (
                "",
                {
                    "ViewerCertificate": (
                        "viewer_certificate",
                        {"CloudFrontDefaultCertificate": "cloudfront_default_certificate"},
                    ),
                    "Logging": ("logging_config", {}),
                    "CacheBehaviors": ("ordered_cache_behavior", {}),
                    "Origins": ("origin", {}),
                    "WebACLId": "web_acl_id",
                },
            )
        },
    ),
    "AWS::IAM::Role": (
        "aws_iam_role",
        {
            "AssumeRolePolicyDocument": "assume_role_policy-",
            "RoleName": "name",
            "Policies": ("inline_policy", {"PolicyName": "name", "PolicyDocument": "policy-"}),
        },
    ),
    "AWS::IAM::Policy": ("aws_iam_role_policy", {"PolicyDocument": "policy-", "PolicyName": "name", "Roles": "role"}),
    "AWS::IAM::ManagedPolicy": ("aws_iam_policy", {"PolicyDocument": "policy-", "ManagedPolicyName": "name"}),
    "AWS::IAM::User": (
        "aws_iam_user",
        {"UserName": "name", "Policies": ("inline_policy", {"PolicyName": "name", "PolicyDocument": "policy-"})},
    ),
    "AWS::IAM::Group": (
        "aws_iam_group",
        {"GroupName": "name", "Policies": ("inline_policy", {"PolicyName": "name", "PolicyDocument": "policy-"})},
    ),
    "AWS::IAM::AccessKey": ("aws_iam_access_key", {"UserName": "user"}),
    "AWS::IAM::InstanceProfile": ("aws_iam_instance_profile", {}),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group", {"LogGroupName": "name"}),
    "AWS::Logs::MetricFilter": ("aws_cloudwatch_log_metric_filter", {"FilterPattern": "pattern"}),
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm", {}),
    "AWS::CloudTrail::Trail": (
        "aws_cloudtrail",
        {"TrailName": "name", "IsLogging": "enable_logging", "KMSKeyId": "kms_key_id"},
    ),
    "AWS::Config::ConfigurationRecorder": ("aws_config_configuration_recorder", {}),
    "AWS::GuardDuty::Detector": ("aws_guardduty_detector", {}),
    "AWS::SecurityHub::Hub": ("aws_securityhub_account", {}),
    "AWS::Events::Rule": ("aws_cloudwatch_event_rule", {"EventPattern": "event_pattern-"}),
    "AWS::Backup::BackupPlan": ("aws_backup_plan", {"BackupPlan": ("", {"BackupPlanRule": ("rule", {})})}),
    "AWS::Backup::BackupVault": ("aws_backup_vault", {"BackupVaultName": "name", "EncryptionKeyArn": "kms_key_arn"}),
    "AWS::Backup::BackupSelection": ("aws_backup_selection", {"BackupSelection": ("", {})}),
    "AWS::DLM::LifecyclePolicy": ("aws_dlm_lifecycle_policy", {}),
    "AWS::WAFv2::WebACL": ("aws_wafv2_web_acl", {}),
    "AWS::WAFv2::WebACLAssociation": ("aws_wafv2_web_acl_association", {}),
    "AWS::Elasticsearch::Domain": ("aws_elasticsearch_domain", _SEARCH),
    "AWS::OpenSearchService::Domain": ("aws_opensearch_domain", _SEARCH),
    "AWS::MSK::Cluster": ("aws_msk_cluster", {"EncryptionInfo": ("encryption_info", {})}),
    "AWS::Cognito::UserPool": (
        "aws_cognito_user_pool",
        {"Policies": ("", {"PasswordPolicy": ("password_policy", {})})},
    ),
    "AWS::CodeBuild::Project": ("aws_codebuild_project", {}),
    "AWS::CertificateManager::Certificate": ("aws_acm_certificate", {}),
    "AWS::Athena::WorkGroup": ("aws_athena_workgroup", {}),
    "AWS::SageMaker::NotebookInstance": ("aws_sagemaker_notebook_instance", {}),
    "AWS::Transfer::Server": ("aws_transfer_server", {}),
    "AWS::Route53::RecordSet": ("aws_route53_record", {}),
}
