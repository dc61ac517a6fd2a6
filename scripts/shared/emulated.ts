/** The account that every engine emulates. */
export const EMULATED = { account: '123456789012', region: 'us-east-1' } as const;

/** Keys of its root: the emulator takes the account's number for the id of a key. */
export const ROOT_KEYS = { accessKeyId: EMULATED.account, secretAccessKey: 'test' } as const;
