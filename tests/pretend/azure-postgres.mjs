// PostgreSQL flexible servers as Microsoft's own client drives them, with its pollers.
import assert from "node:assert/strict";
import { PostgreSQLManagementFlexibleServerClient } from "@azure/arm-postgresql-flexible";
import { all, client, group, quickly, refused } from "./judging-azure.mjs";

const postgres = client(PostgreSQLManagementFlexibleServerClient);
await group("rg");
const wanted = {
  location: "uksouth",
  version: "16",
  sku: { name: "Standard_B1ms", tier: "Burstable" },
  administratorLogin: "keeper",
  administratorLoginPassword: "hush hush 1",
  storage: { storageSizeGB: 32 },
};
const serverOf = postgres.servers;
const create = serverOf.beginCreateOrUpdateAndWait ?? serverOf.beginCreateAndWait;
await create.call(serverOf, "rg", "db1", wanted, quickly);
const server = await serverOf.get("rg", "db1");
assert.equal(server.state, "Ready");
assert.equal(server.location, "UK South");
assert.equal(server.administratorLoginPassword, undefined);
assert.equal(server.fullyQualifiedDomainName, "db1.postgres.database.azure.com");

const update = serverOf.beginUpdateAndWait;
await update.call(serverOf, "rg", "db1", { backup: { backupRetentionDays: 14 } }, quickly);
assert.equal((await serverOf.get("rg", "db1")).backup.backupRetentionDays, 14);

await (postgres.databases.beginCreateAndWait)("rg", "db1", "app", { charset: "utf8" }, quickly);
assert.equal((await postgres.databases.get("rg", "db1", "app")).charset, "UTF8");
const rules = postgres.firewallRules;
await rules.beginCreateOrUpdateAndWait("rg", "db1", "office", { startIpAddress: "1.2.3.4", endIpAddress: "1.2.3.4" }, quickly);
assert.deepEqual((await all(rules.listByServer("rg", "db1"))).map((rule) => rule.name), ["office"]);

const settings = postgres.configurations;
await settings.beginUpdateAndWait("rg", "db1", "work_mem", { value: "8192", source: "user-override" }, quickly);
assert.equal((await settings.get("rg", "db1", "work_mem")).value, "8192");
assert.ok((await all(settings.listByServer("rg", "db1"))).length > 5);

// A write while the server gets another size: it is taken, and fails in the end.
const scaling = update.call(serverOf, "rg", "db1", { sku: { name: "Standard_B2s", tier: "Burstable" } }, quickly);
while ((await serverOf.get("rg", "db1")).state === "Ready");
await assert.rejects(postgres.databases.beginCreateAndWait("rg", "db1", "one", {}, quickly), /busy/);
await scaling;

await serverOf.beginRestartAndWait("rg", "db1", quickly);
await serverOf.beginDeleteAndWait("rg", "db1", quickly);
await refused(serverOf.get("rg", "db1"), 404, "ResourceNotFound");
console.log("the client found all as it should be");
