import type { Notes } from '../shared/notes';

export const notes: Notes = {
  'Foundation/Key': {
    why: 'The one customer-managed key: whoever reads data needs a grant on it, and its use is in the audit trail. No policy of the kit could narrow the account-wide S3 key',
    EnableKeyRotation: 'A new key material every year; old objects stay readable',
    PendingWindowInDays:
      'Seven days, the shortest: a deleted kit should stop costing, and a mistake can still be taken back',
    KeyPolicy:
      'The account, whose IAM policies decide about roles, and exactly the services that use the key on their own behalf',
  },
  'Foundation/Alerts': {
    why: 'Alarms, failed executions and the budget notify people through it; `foundation.alertEmail` sets an address',
    KmsMasterKeyId: "Alerts name buckets, models and errors: under the kit's key like the data",
  },
  'Foundation/Alerts/Policy':
    'Refuses plain HTTP; a policy of its own replaces the default one, under which alarms could publish, so it lets them and the budget of this account in',
  'Foundation/DeadLetters/Queue': {
    why: 'Events that no state machine could be started for, and signals that the guard could not handle: a lost approval, month or violation looks like a quiet day',
    SqsManagedSseEnabled:
      "The queue's own encryption: with the kit's key, events.amazonaws.com would need it too, for nothing",
    MessageRetentionPeriod: 'Fourteen days, the longest: somebody may be on holiday',
  },
  'Foundation/AuditBucket': {
    why: 'Holds the audit trail, apart from the data that it watches',
    LifecycleConfiguration: 'A year answers who changed what since the last model; older files are cost',
  },
  'Foundation/Trail': {
    why: 'A record of all calls in the account, reads of the control plane included; `foundation.auditTrail` turns it off',
    EnableLogFileValidation: 'Digests show when a file was changed or removed',
    IncludeGlobalServiceEvents: 'IAM answers from one Region only; without it no change of a role is seen',
    IsMultiRegionTrail:
      "The kit lives in one Region; a trail of all would double as the account's, which is not the kit's to decide",
    KMSKeyId: "Under the kit's key: reading the trail takes a grant too",
  },
  'Foundation/Budget': {
    why: 'Says by e-mail when the month gets expensive; it stops nothing',
    'Budget.BudgetLimit':
      '`foundation.monthlyBudgetUsd`, of the whole account: a filter by tag counts nothing until somebody activates the tag for billing',
    NotificationsWithSubscribers: 'At 80 % of what was really spent: early enough to act, and not a forecast',
  },
  'Foundation/Isolated/Vpc': {
    why: 'A network without a way out for jobs and the model: a dependency that turned malicious cannot send the data anywhere',
    CidrBlock: '4,096 addresses are more than jobs ever take, and the range stays clear of the usual 10.0.0.0/16',
    EnableDnsSupport: 'Private names of the endpoints resolve only with this and EnableDnsHostnames',
  },
  'Foundation/Isolated/Vpc/RestrictDefaultSecurityGroupCustomResource':
    "Empties the VPC's default security group: what forgets to name a group gets one that allows nothing",
  'Foundation/Isolated/Vpc/Isolated*/Subnet':
    'One a zone, in the first two zones of the Region: a real-time endpoint spreads over both',
  'Foundation/Isolated/Vpc/Isolated*/RouteTable':
    "Inside the VPC and, through the gateway endpoint, to S3; the VPC's main table, which anybody may extend, does not apply",
  'Foundation/Isolated/Vpc/All/FlowLog': {
    why: 'Records what was refused: the trace of something that tried to leave',
    TrafficType: 'Refused traffic only: accepted traffic would be the whole data',
  },
  'Foundation/Isolated/Vpc/S3':
    'Data, models and code of the jobs: a gateway endpoint is free. Its policy lets through what the jobs call, on resources of this account: nothing is carried to another account',
  'Foundation/Isolated/SecurityGroup': {
    why: "What jobs and the model may do in the network: the VPC's default group trusts all its members",
    SecurityGroupEgress: 'HTTPS to anywhere, which is the endpoints of this VPC: there is no other route',
  },
};
