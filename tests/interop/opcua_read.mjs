// Reads nodes with node-opcua and prints what came: opcua_read.mjs URL NAMESPACE [node, ...] none|Basic256Sha256 PKI_FOLDER
// @ts-check
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { AttributeIds, MessageSecurityMode, OPCUAClient, SecurityPolicy } from "node-opcua-client";

const [url, namespace, nodes, security, folder] = process.argv.slice(2);
const encrypted = security !== "none";
const certificates = new OPCUACertificateManager({
  rootFolder: folder,
  automaticallyAcceptUnknownCertificate: true,
});
await certificates.initialize();
const client = OPCUAClient.create({
  applicationName: "tynys-interop",
  clientCertificateManager: certificates,
  securityMode: encrypted ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
  securityPolicy: encrypted ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
  endpointMustExist: false,
  connectionStrategy: { maxRetry: 1 },
});
await client.connect(url);
const session = await client.createSession();
const index = (await session.readNamespaceArray()).indexOf(namespace);
const values = await session.read(
  JSON.parse(nodes).map((/** @type {string} */ node) => ({
    nodeId: `ns=${index};s=${node}`,
    attributeId: AttributeIds.Value,
  })),
);
await session.close();
await client.disconnect();
console.log(
  JSON.stringify(
    values.map((value) => ({
      value: value.value.value,
      status: value.statusCode.name,
      time: value.sourceTimestamp?.getTime() ?? null,
    })),
  ),
);
