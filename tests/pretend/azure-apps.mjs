// Container Apps as Microsoft's own client drives them: creates, updates, lists and removals with its pollers.
import assert from "node:assert/strict";
import { ContainerAppsAPIClient } from "@azure/arm-appcontainers";
import { all, client, group, pretend, quickly, refused } from "./judging-azure.mjs";

const apps = client(ContainerAppsAPIClient);
await group("rg");
const environment = await apps.managedEnvironments.beginCreateOrUpdateAndWait("rg", "env", { location: "uksouth" }, quickly);
assert.equal(environment.provisioningState, "Succeeded");
assert.equal(environment.location, "UK South");
assert.ok(environment.defaultDomain.endsWith(".uksouth.azurecontainerapps.io"));

const web = (image, more = {}) => ({
  location: "uksouth",
  environmentId: environment.id,
  configuration: { ingress: { external: true, targetPort: 80 }, ...more },
  template: { containers: [{ name: "web", image }] },
});
const made = await apps.containerApps.beginCreateOrUpdateAndWait("rg", "web", web("nginx:1"), quickly);
assert.equal(made.provisioningState, "Succeeded");
assert.equal(made.latestReadyRevisionName, made.latestRevisionName);
assert.equal(made.template.scale.maxReplicas, 10);

const second = await apps.containerApps.beginCreateOrUpdateAndWait("rg", "web", web("nginx:2"), quickly);
assert.equal(second.latestRevisionName, "web--0000001");
const tagged = await apps.containerApps.beginUpdateAndWait("rg", "web", { location: "uksouth", tags: { a: "b" } }, quickly);
assert.deepEqual([tagged.tags, tagged.latestRevisionName], [{ a: "b" }, "web--0000001"]);
const revisions = await all(apps.containerAppsRevisions.listRevisions("rg", "web"));
assert.equal(revisions.length, 2);
await apps.containerAppsRevisions.restartRevision("rg", "web", "web--0000001");
assert.ok((await apps.containerAppsRevisionReplicas.listReplicas("rg", "web", "web--0000001")).value.length > 0);

const hidden = web("nginx:2", { secrets: [{ name: "key", value: "hush" }] });
await apps.containerApps.beginCreateOrUpdateAndWait("rg", "web", hidden, quickly);
assert.equal((await apps.containerApps.listSecrets("rg", "web")).value[0].value, "hush");
const live = await apps.containerApps.get("rg", "web");
assert.equal(live.configuration.secrets[0].value, undefined);
await refused(apps.containerApps.beginCreateOrUpdateAndWait("rg", "web", live, quickly), 400, "ContainerAppSecretInvalid");

await pretend("break-image", { image: "nginx:bad" });
await assert.rejects(apps.containerApps.beginCreateOrUpdateAndWait("rg", "web", web("nginx:bad"), quickly), /Operation expired/);
assert.equal((await apps.containerApps.get("rg", "web")).provisioningState, "Failed");

const job = await apps.jobs.beginCreateOrUpdateAndWait("rg", "once", {
  location: "uksouth",
  environmentId: environment.id,
  configuration: { triggerType: "Manual", replicaTimeout: 60, replicaRetryLimit: 0, manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 } },
  template: { containers: [{ name: "once", image: "busybox" }] },
}, quickly);
assert.equal(job.provisioningState, "Succeeded");
await apps.jobs.beginStartAndWait("rg", "once", quickly);
assert.equal((await all(apps.jobsExecutions.list("rg", "once"))).length, 1);
await apps.jobs.beginDeleteAndWait("rg", "once", quickly);

assert.deepEqual((await all(apps.containerApps.listByResourceGroup("rg"))).map((app) => app.name), ["web"]);
assert.equal((await all(apps.containerApps.listBySubscription())).length, 1);
await refused(apps.managedEnvironments.beginDeleteAndWait("rg", "env", quickly), 409, "ManagedEnvironmentHasContainerApps");
await apps.containerApps.beginDeleteAndWait("rg", "web", quickly);
await refused(apps.containerApps.get("rg", "web"), 404, "ResourceNotFound");
await apps.managedEnvironments.beginDeleteAndWait("rg", "env", quickly);
assert.equal((await all(apps.managedEnvironments.listByResourceGroup("rg"))).length, 0);

console.log("the client found all as it should be");
