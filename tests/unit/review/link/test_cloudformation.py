"""CloudFormation lands on Terraform's words."""

import re

from trustwright.review.link.cloudformation import snake_case
from trustwright.review.link.cloudformation_types import TYPES
from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.resources import resources

TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Encrypted: {Type: String, Default: "true"}
  Name: {Type: String}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Snapshot
    Properties:
      StorageEncrypted: !Ref Encrypted
      BackupRetentionPeriod: 7
      MultiAZ: true
      PubliclyAccessible: !If [Prod, false, true]
      KmsKeyId: !GetAtt Key.Arn
      Tags: [{Key: Team, Value: core}]
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy: {Version: "2012-10-17", Statement: [{Action: "kms:*", Principal: {AWS: "*"}}]}
  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${Name}-data"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !Ref Key}
      VersioningConfiguration: {Status: Suspended}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - {CidrIp: 0.0.0.0/0, FromPort: 22, ToPort: 22, IpProtocol: tcp}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Group, CidrIp: 10.0.0.0/8}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      LoadBalancerAttributes:
        - {Key: access_logs.s3.enabled, Value: "true"}
        - {Key: deletion_protection.enabled, Value: "false"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Action: "*", Resource: "*", Effect: Allow}]}}]
  Function:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {DB_URL: !Ref Database, Mode: "x-${Encrypted}"}}}
  Odd:
    Type: AWS::NewService::FancyThing
    Properties: {SomeHTTPValue: 1}
"""


def read(text: str = TEMPLATE, path: str = "stack.yaml") -> dict[str, Resource]:
    found, gaps = resources([(path, text.encode())])
    assert gaps == ()
    return {resource.address: resource for resource in found}


def test_types_and_properties_have_terraforms_names() -> None:
    database = read()["aws_db_instance.Database"]
    assert database.text_at("storage_encrypted") == "true"
    assert database.at("backup_retention_period").number == 7  # type: ignore[union-attr]
    assert database.at("multi_az").truth is True  # type: ignore[union-attr]
    assert database.text_at("deletion_policy") == "Snapshot"
    assert (database.location.path, database.location.line) == ("stack.yaml", 6)
    assert database.line_of("storage_encrypted").line == 10
    assert database.text_at("tags", "Key") == "Team"


def test_what_the_template_does_not_settle_is_unresolved() -> None:
    found = read()
    assert found["aws_db_instance.Database"].at("publicly_accessible").unresolved  # type: ignore[union-attr]
    assert found["aws_s3_bucket.Data"].at("bucket").unresolved == "Fn::Sub ${Name}-data"  # type: ignore[union-attr]


def test_references_are_found() -> None:
    found = read()
    key = found["aws_kms_key.Key"]
    assert found["aws_db_instance.Database"].references(key)
    assert found["aws_s3_bucket.Data"].references(key)
    assert found["aws_lambda_function.Function"].references(found["aws_db_instance.Database"])
    assert found["aws_security_group_rule.Rule"].references(found["aws_security_group.Group"])


def test_nested_settings_are_where_terraform_has_them() -> None:
    found = read()
    bucket, balancer = found["aws_s3_bucket.Data"], found["aws_lb.Balancer"]
    rule = ("server_side_encryption_configuration", "rule", "apply_server_side_encryption_by_default", "sse_algorithm")
    assert bucket.text_at(*rule) == "aws:kms"
    assert bucket.at("versioning", "enabled").truth is False  # type: ignore[union-attr]
    assert found["aws_security_group.Group"].text_at("ingress", "cidr_blocks", 0) == "0.0.0.0/0"
    assert found["aws_security_group_rule.Rule"].text_at("type") == "ingress"
    assert balancer.text_at("access_logs", "enabled") == "true"
    assert balancer.text_at("enable_deletion_protection") == "false"


def test_the_public_access_block_is_a_resource_of_its_own() -> None:
    found = read()
    (block,) = related(found["aws_s3_bucket.Data"], "aws_s3_bucket_public_access_block", found.values())
    assert block.text_at("block_public_acls") == "true"
    assert block.location.line == 29


def test_policies_and_environments_keep_their_keys() -> None:
    found = read()
    assert found["aws_kms_key.Key"].text_at("policy", "Statement", 0, "Action") == "kms:*"
    assert found["aws_iam_role.Role"].text_at("inline_policy", 0, "policy", "Statement", 0, "Effect") == "Allow"
    assert found["aws_lambda_function.Function"].at("environment", "variables", "DB_URL") is not None


def test_a_type_that_is_not_mapped_gets_a_name_made_of_its_own() -> None:
    assert read()["aws_new_service_fancy_thing.Odd"].text_at("some_http_value") == "1"


def test_json_templates_are_read_the_same() -> None:
    text = (
        '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "AWS::NoValue"}}}}}'
    )
    queue = read(text, "stack.json")["aws_sqs_queue.Q"]
    assert queue.at("kms_master_key_id").unresolved == "Ref AWS::NoValue"  # type: ignore[union-attr]


def test_the_table_is_sound() -> None:
    for name, (kind, names) in TYPES.items():
        assert re.fullmatch(r"AWS::\w+::\w+", name)
        assert re.fullmatch(r"aws_[a-z0-9_]+", kind)
        assert all(re.fullmatch(r"[A-Z]\w*", key) for key in names)


def test_snake_case_keeps_words_of_capitals_together() -> None:
    assert [snake_case(name) for name in ("KmsKeyId", "MultiAZ", "EnableDNSSupport", "S3BucketName")] == [
        "kms_key_id",
        "multi_az",
        "enable_dns_support",
        "s3_bucket_name",
    ]
