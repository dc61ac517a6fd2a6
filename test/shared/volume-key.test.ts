import { volumeKey } from '../../lib/shared/volume-key';

test.each(['ml.m5.large', 'ml.t3.large', 'ml.c5.xlarge', 'ml.r6i.large', 'ml.p3.2xlarge', 'ml.inf2.xlarge'])(
  'the volume of %s is under the key',
  (type) => expect(volumeKey(type, 'arn')).toEqual({ VolumeKmsKeyId: 'arn' }),
);

test.each(['ml.m5d.large', 'ml.g4dn.xlarge', 'ml.p3dn.24xlarge', 'ml.p4d.24xlarge', 'ml.g5.xlarge', 'ml.trn1.2xlarge'])(
  '%s has storage of its own and is asked for without a key',
  (type) => expect(volumeKey(type, 'arn')).toEqual({}),
);
