// node alchemy.mjs ZONE-ID RECORDS CHANGED: the zone's A records, so many of them elsewhere. See bench/cloudflare.
import alchemy from "alchemy";
import { DnsRecords } from "alchemy/cloudflare";

const [zoneId, count, changed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const records = Array.from({ length: count }, (_, at) => ({
  name: `host-${at}.bnx.dev`,
  type: "A",
  content: at < changed ? "198.51.100.1" : `203.0.${at >> 8}.${at & 255}`,
  ttl: 300,
  proxied: false,
}));
const app = await alchemy("bench", { stage: "bench", password: "bench", quiet: true });
await DnsRecords("zone", { zoneId, records });
await app.finalize();
