import { isAbsent } from '../../lib/shared/absent';

const error = (name: string, message = '') => Object.assign(new Error(message), { name });

test.each([
  ['NoSuchBucket', ''],
  ['ParameterNotFound', ''],
  ['ResourceNotFoundException', ''],
  ['EntityNotFoundException', 'Entity Not Found'],
  ['ValidationException', 'ModelPackageGroup arn:x does not exist.'],
  ['ValidationException', 'Could not find endpoint "mlkit".'],
  ['ValidationError', 'Stack with id mlkit-etl does not exist'],
  ['StateMachineDoesNotExist', 'State Machine Does Not Exist: arn:x'],
])('%s %s says that something is not there', (name, message) => {
  expect(isAbsent(error(name, message))).toBe(true);
});

test.each([
  ['AccessDenied', 'The specified KMS key does not exist or is not allowed: access denied'],
  ['AccessDeniedException', 'not authorized to perform: sagemaker:ListTags on a resource that does not exist'],
  ['ThrottlingException', 'Rate exceeded'],
  ['Error', 'getaddrinfo ENOTFOUND sts.us-east-1.amazonaws.com'],
  ['ConflictException', 'the group still contains versions'],
])('%s %s does not', (name, message) => {
  expect(isAbsent(error(name, message))).toBe(false);
});
