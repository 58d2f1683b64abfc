// Verifies credentials secured with eddsa-jcs-2022, offline: every key is in its did:key, every other address is refused.
// Usage: node verify.mjs FILE...; prints `verified FILE` or `refused FILE: why`, and ends with 1 if any was refused.
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

/** The documents that a did:key stands for (W3C did:key method, Multikey form). */
async function documentLoader(url) {
  const [did, fragment] = url.split('#');
  const key = did.startsWith('did:key:z') ? did.slice('did:key:'.length) : undefined;
  if(!key) {
    throw new Error(`not in this package: ${url}`);
  }
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key
  };
  const document = fragment ? method : {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did, verificationMethod: [method], assertionMethod: [method.id]
  };
  return {contextUrl: null, documentUrl: url, document};
}

async function verify(file) {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  const result = await jsigs.verify(document, {suite, purpose, documentLoader});
  if(!result.verified) {
    const reasons = result.error?.errors ?? [result.error];
    throw new Error(reasons.map(reason => reason?.message).join('; '));
  }
}

let refused = 0;
for(const file of process.argv.slice(2)) {
  try {
    await verify(file);
    console.log(`verified ${file}`);
  } catch(error) {
    refused += 1;
    console.log(`refused ${file}: ${error.message}`);
  }
}
process.exitCode = refused === 0 ? 0 : 1;
