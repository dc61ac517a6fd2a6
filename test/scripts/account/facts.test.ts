import { closedFeatures, knownQuotas, priceList, quotaFamilies } from '../../../scripts/account/facts';

const MAX_AGE_DAYS = 180;

const facts: [string, { checkedOn: string; source: string }][] = [
  ...closedFeatures.map((fact) => [fact.feature, fact] as [string, typeof fact]),
  ...knownQuotas.map((fact) => [fact.name, fact] as [string, typeof fact]),
  ...quotaFamilies.map((fact) => [fact.name, fact] as [string, typeof fact]),
  ...Object.entries(priceList.prices),
];

/** Facts that nobody looked up for so long that they must be looked up again. */
const stale = (at: Date) =>
  facts
    .filter(([, { checkedOn }]) => at.getTime() - Date.parse(checkedOn) > MAX_AGE_DAYS * 86_400_000)
    .map(([name]) => name);

test('every fact was looked up within half a year', () => {
  expect(stale(new Date())).toEqual([]);
  expect(stale(new Date('2099-01-01'))).toHaveLength(facts.length);
});

test('every fact says where it comes from and when it was looked up', () => {
  for (const [name, { checkedOn, source }] of facts)
    expect([name, /^\d{4}-\d\d-\d\d$/.test(checkedOn), source.length > 5]).toEqual([name, true, true]);
});

test('a quota is named once, and a code belongs to one quota', () => {
  const names = knownQuotas.map(({ service, name }) => `${service} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  const codes = knownQuotas.flatMap(({ code }) => code ?? []);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.filter((code) => !/^L-[0-9A-F]{8}$/.test(code))).toEqual([]);
});

test('no price is negative or free', () => {
  expect(Object.entries(priceList.prices).filter(([, { usd }]) => !(usd > 0))).toEqual([]);
});
