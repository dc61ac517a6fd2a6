import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDisk, findJava, findPython } from '../../scripts/bootstrap/probes.mjs';

/** A machine on which `versions` (command -> Python version) can be asked, with or without a venv module. */
const machine =
  (versions, { venv = true } = {}) =>
  (command, [, script]) => {
    if (!(command in versions)) return undefined;
    if (script.includes('venv')) return venv ? '' : undefined;
    return versions[command];
  };

const java = (version, home) => `Property settings:
    java.home = ${home}
    java.specification.version = ${version}
openjdk version "${version}.0.15"`;

test('python3 serves when it is a 3.11 and python3.11 is missing', () => {
  assert.equal(findPython(machine({ python3: '3.11.9' })), 'python3');
});

test('python3.11 is preferred to a newer python3', () => {
  assert.equal(findPython(machine({ python3: '3.13.1', 'python3.11': '3.11.9' })), 'python3.11');
});

test('a Python 3.12 serves where there is no 3.11, and 3.11 comes first', () => {
  assert.equal(findPython(machine({ 'python3.12': '3.12.3', python3: '3.13.0' })), 'python3.12');
  assert.equal(findPython(machine({ python3: '3.12.3' })), 'python3');
  assert.equal(findPython(machine({ 'python3.12': '3.12.3', 'python3.11': '3.11.9' })), 'python3.11');
});

test('a 3.11 whose tarfile has no filters is passed over', () => {
  assert.equal(findPython(machine({ 'python3.11': '3.11.2', 'python3.12': '3.12.0' })), 'python3.12');
  assert.equal(findPython(machine({ 'python3.11': '3.11.4' })), 'python3.11');
  assert.throws(() => findPython(machine({ 'python3.11': '3.11.2' })), { message: /python3\.11 is 3\.11\.2/ });
});

test('neither Python 3.11 nor 3.12: the sentence says what was found and how to get one', () => {
  assert.throws(() => findPython(machine({ python3: '3.13.1', python: '3.10.2' })), {
    message: /Python 3\.11 \(from 3\.11\.4 on\) or 3\.12 is needed .* \(python3 is 3\.13\.1, python is 3\.10\.2\)/,
    remedy: /uv python install 3\.11.*Ubuntu 24\.04 "sudo apt install python3\.12 /,
  });
});

test('no Python at all', () => {
  assert.throws(() => findPython(machine({})), { message: /no Python at all/ });
});

test('a 3.12 without a venv module names its own package', () => {
  assert.throws(() => findPython(machine({ python3: '3.12.3' }, { venv: false })), {
    remedy: /apt install python3\.12-venv/,
  });
});

test('no venv module: refused before anything is downloaded, with the package to install', () => {
  assert.throws(() => findPython(machine({ 'python3.11': '3.11.9' }, { venv: false })), {
    message: /python3\.11 has no venv module/,
    remedy: /apt install python3\.11-venv/,
  });
});

test('JAVA_HOME comes before PATH', () => {
  const ask = (command) => (command === '/jdk/bin/java' ? java('17', '/jdk') : java('17', '/usr/lib/jvm'));
  assert.equal(findJava({ JAVA_HOME: '/jdk' }, ask), '/jdk');
});

test('a JAVA_HOME of another version is passed over for a Java 17 on PATH', () => {
  const ask = (command) => (command === '/jdk/bin/java' ? java('21', '/jdk') : java('17', '/usr/lib/jvm'));
  assert.equal(findJava({ JAVA_HOME: '/jdk' }, ask), '/usr/lib/jvm');
});

test('Java 8 and 21 are not Java 17', () => {
  assert.equal(
    findJava({}, () => java('1.8', '/old')),
    undefined,
  );
  assert.equal(
    findJava({}, () => java('21', '/new')),
    undefined,
  );
  assert.equal(
    findJava({}, () => undefined),
    undefined,
  );
});

test('a full disk is noticed before the download', () => {
  assert.throws(() => checkDisk(2.5, () => 1.24e9), {
    message: /Only 1\.2 GB are free .* needs 2\.5 GB/,
    remedy: /Free some space/,
  });
  checkDisk(2.5, () => 2.6e9);
});
