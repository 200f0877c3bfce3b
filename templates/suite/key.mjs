// With which key does the platform sign? One that is made for each run.

import { generateKeyPairSync } from "node:crypto";

export function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const about = { kid: "suite", alg: "ES256" };
  return {
    public: { ...publicKey.export({ format: "jwk" }), ...about, use: "sig" },
    private: { ...privateKey.export({ format: "jwk" }), ...about },
  };
}
