import type { Notes } from '../shared/notes';

export const notes: Notes = {
  Foundation: {
    without: 'Nothing else can be created: every bucket needs the key, every machine and alarm the topic',
  },
  'Foundation/Key': {
    why: 'The one customer-managed key: whoever reads data needs a grant on it, and its use is in the audit trail',
    without: 'Buckets would be under the account-wide S3 key, which no policy of the kit can narrow',
    properties: {
      EnableKeyRotation: 'A new key material every year; old objects stay readable',
      PendingWindowInDays:
        'Seven days, the shortest: a deleted kit should stop costing, and a mistake can still be taken back',
      KeyPolicy:
        'The account, whose IAM policies decide about roles, and exactly the services that use the key on their own behalf',
    },
  },
  'Foundation/Key/Alias': {
    why: 'A name that people find in the console',
    without: 'Nothing fails: the templates use the ARN',
  },
  'Foundation/Alerts': {
    why: 'Where alarms, failed executions and the budget tell people; an address comes from `foundation.alertEmail`',
    without: 'Alarms change colour and nobody knows',
    properties: { KmsMasterKeyId: "Alerts name buckets, models and errors: under the kit's key like the data" },
  },
  'Foundation/Alerts/Policy': {
    why: 'Refuses plain HTTP, and lets the alarms and the budget of this account publish',
    without:
      'The policy that refuses plain HTTP replaces the default one, under which alarms could publish: they would be silent',
  },
  'Foundation/DeadLetters/Queue': {
    why: 'Events that no state machine could be started for, and signals that the guard could not handle',
    without: 'A lost approval, month or violation looks like a quiet day',
    properties: {
      SqsManagedSseEnabled:
        "The queue's own encryption: with the kit's key, events.amazonaws.com would need it too, for nothing",
      MessageRetentionPeriod: 'Fourteen days, the longest: somebody may be on holiday',
    },
  },
  'Foundation/DeadLetters/Queue/Policy': {
    why: "Lets the kit's rules put what they could not deliver, and refuses plain HTTP",
    without: 'The rules drop what they cannot deliver',
  },
  'Foundation/DeadLetters/Waiting': { why: 'Something waits there' },
  'Foundation/AuditBucket': {
    why: 'Holds the audit trail, apart from the data that it watches',
    without: 'The trail has nowhere to write',
    properties: {
      LifecycleConfiguration: 'A year answers who changed what since the last model; older files are cost',
    },
  },
  'Foundation/Trail': {
    why: 'Who called what in the account, reads of the control plane included; off with `foundation.auditTrail`',
    without: 'A deleted version or a changed role cannot be explained afterwards',
    properties: {
      EnableLogFileValidation: 'Digests show when a file was changed or removed',
      EventSelectors: 'None: management events are what a trail records without any',
      IncludeGlobalServiceEvents: 'IAM answers from one Region only; without it no change of a role is seen',
      IsMultiRegionTrail:
        "The kit lives in one Region; a trail of all would double as the account's, which is not the kit's to decide",
      KMSKeyId: "Under the kit's key: reading the trail takes a grant too",
    },
  },
  'Foundation/Budget': {
    why: 'Says by e-mail when the month gets expensive; it stops nothing',
    without: 'A forgotten endpoint is noticed on the bill',
    properties: {
      'Budget.BudgetLimit':
        '`foundation.monthlyBudgetUsd`, of the whole account: a filter by tag counts nothing until somebody activates the tag for billing',
      NotificationsWithSubscribers: 'At 80 % of what was really spent: early enough to act, and not a forecast',
    },
  },
  'Foundation/Isolated/Vpc': {
    why: 'A network without a way out for jobs and the model: no internet gateway, no NAT',
    without: 'A dependency that turned malicious could send the data anywhere',
    properties: {
      CidrBlock: '4,096 addresses are more than jobs ever take, and the range stays clear of the usual 10.0.0.0/16',
      EnableDnsHostnames: 'Private names of the endpoints resolve only with both',
      EnableDnsSupport: 'Private names of the endpoints resolve only with both',
      InstanceTenancy: 'Shared hardware: dedicated costs 2 USD an hour in each Region',
    },
  },
  'Foundation/Isolated/Vpc/RestrictDefaultSecurityGroupCustomResource': {
    why: "Empties the VPC's default security group: what forgets to name a group gets one that allows nothing",
    without: 'A resource in the default group could talk to all others in it',
    properties: {
      DefaultSecurityGroupId: 'The group that every VPC comes with',
      Account: 'Rules name the account of the group that they refer to',
    },
  },
  'Foundation/Custom::VpcRestrictDefaultSGCustomResourceProvider/Handler': {
    why: "The CDK's own function behind it",
    without: 'The default group keeps its rules',
    properties: { Timeout: "The CDK's choice; it makes two calls" },
  },
  'Foundation/Custom::VpcRestrictDefaultSGCustomResourceProvider/Role': {
    why: 'Lets that function change the rules of the default group, and write its log',
    without: 'The function cannot start',
    properties: { Policies: 'The two rules of this one group' },
  },
  'Foundation/Isolated/Vpc/Isolated*/Subnet': {
    why: 'One a zone, in two zones: a real-time endpoint spreads over both',
    without: 'The loss of one zone takes the endpoint along',
    properties: {
      AvailabilityZone: 'The first two zones of the Region, whatever they are called',
      CidrBlock: 'Half of the network each',
      MapPublicIpOnLaunch: 'No public addresses: there is nothing that they could reach',
    },
  },
  'Foundation/Isolated/Vpc/Isolated*/RouteTable': {
    why: 'Routes of the subnet: inside the VPC and, through the gateway endpoint, to S3',
    without: "The VPC's main table would apply, which anybody may extend",
  },
  'Foundation/Isolated/Vpc/Isolated*/RouteTableAssociation': {
    why: 'Ties the table to its subnet',
    without: "The subnet falls back to the VPC's main table and does not reach S3",
  },
  'Foundation/Isolated/Vpc/All/FlowLog': {
    why: 'Records what was refused: the trace of something that tried to leave',
    without: 'An attempt to leave fails unseen',
    properties: {
      TrafficType: 'Refused traffic only: accepted traffic would be the whole data',
      LogDestinationType: 'CloudWatch Logs, where the alarms are',
      LogGroupName: 'The declared group',
      DeliverLogsPermissionArn: 'The role that may write there',
    },
  },
  'Foundation/Isolated/FlowLogRole': {
    why: 'What the flow log assumes to write its records',
    without: 'The flow log is created and stays empty',
  },
  'Foundation/Isolated/Vpc/S3': {
    why: 'Data, models and code of the jobs: a gateway endpoint is free',
    without: 'No job can read its inputs',
    properties: { RouteTableIds: 'Of every subnet' },
  },
  'AWS::EC2::VPCEndpoint': {
    properties: {
      PolicyDocument: 'What the jobs call, on resources of this account: nothing is carried to another account',
      ServiceName: 'The service in this Region',
      VpcEndpointType: 'A gateway, which is free',
    },
  },
  'Foundation/Isolated/SecurityGroup': {
    why: 'What jobs and the model may do in the network',
    without: "They would be in the VPC's default group, which trusts all its members",
    properties: {
      SecurityGroupEgress: 'HTTPS to anywhere, which is the endpoints of this VPC: there is no other route',
    },
  },
};
