// Calls of the vendor's client for JavaScript, in the release that the first argument names; prints what they return.
const { host, serverToken, accountToken, print } = require("./world.cjs");
const postmark = require(process.argv[2]);

const options = { useHttps: false, requestHost: host };
const client = new postmark.ServerClient(serverToken, options);
const account = new postmark.AccountClient(accountToken, options);
const email = { From: "shop@example.com", To: "ada@example.com", Subject: "Hi", TextBody: "Hello" };
const tracked = { HtmlBody: '<a href="https://a.example/">a</a>', TrackOpens: true, TrackLinks: "HtmlAndText" };

async function rejection(call) {
    try {
        await call();
    } catch (error) {
        return [error.name, error.code, error.statusCode, error.recipients ?? null];
    }
    return null;
}

async function sending() {
    const hard = "hardbounce@bounce-testing.postmarkapp.com";
    const attachment = new postmark.Models.Attachment("a.txt", "aGVsbG8=", "text/plain");
    const sent = await client.sendEmail({ ...email, ...tracked, Attachments: [attachment], Metadata: { user: "7" } });
    const batch = await client.sendEmailBatch([email, { ...email, To: "nobody" }]);
    await client.sendEmail({ ...email, To: hard });
    const found = await client.getOutboundMessages({ recipient: "ada@example.com", count: 10 });
    const details = await client.getOutboundMessageDetails(sent.MessageID);
    const bounces = await client.getBounces({ type: "HardBounce" });
    return {
        sent: [sent.ErrorCode, sent.Message, sent.To],
        batch: batch.map((result) => result.ErrorCode),
        found: found.TotalCount,
        details: [details.Subject, details.Attachments, details.Metadata, details.MessageEvents.map((event) => event.Type)],
        dump: (await client.getOutboundMessageDump(sent.MessageID)).Body.includes("Subject: Hi"),
        opens: (await client.getMessageOpens()).TotalCount,
        clicks: (await client.getMessageClicksForSingleMessage(sent.MessageID)).Clicks,
        bounced: bounces.Bounces.map((bounce) => [bounce.Type, bounce.Email, bounce.Inactive]),
        activated: (await client.activateBounce(bounces.Bounces[0].ID)).Bounce.Inactive,
        inactive: (await client.getDeliveryStatistics()).InactiveMails,
        counts: (await client.getSentCounts()).Sent,
    };
}

async function rejections() {
    await client.createSuppressions("outbound", { Suppressions: [{ EmailAddress: "eve@example.com" }] });
    const stranger = new postmark.ServerClient("wrong", options);
    return {
        token: await rejection(() => stranger.sendEmail(email)),
        address: await rejection(() => client.sendEmail({ ...email, To: "nobody" })),
        inactive: await rejection(() => client.sendEmail({ ...email, To: "eve@example.com" })),
        message: await rejection(() => client.getOutboundMessageDetails("00000000-0000-0000-0000-000000000000")),
    };
}

async function templates() {
    const layout = { Name: "Frame", Alias: "frame", TemplateType: "Layout", HtmlBody: "<main>{{{@content}}}</main>" };
    await client.createTemplate(layout);
    const content = { Subject: "Hi {{name}}", HtmlBody: "<p>Hello {{name}}</p>" };
    const made = await client.createTemplate({ Name: "Welcome", LayoutTemplate: "frame", ...content });
    const templated = { From: email.From, To: email.To, TemplateAlias: made.Alias, TemplateModel: { name: "Ada" } };
    const sent = await client.sendEmailWithTemplate({ ...templated, InlineCss: false });
    const batch = await client.sendEmailBatchWithTemplates([templated, { ...templated, TemplateAlias: "none" }]);
    const checked = await client.validateTemplate({ ...content, TestRenderModel: { name: "Bob" } });
    return {
        alias: made.Alias,
        subject: (await client.getOutboundMessageDetails(sent.MessageID)).Subject,
        html: (await client.getOutboundMessageDetails(sent.MessageID)).HtmlBody,
        batch: batch.map((result) => result.ErrorCode),
        valid: [checked.AllContentIsValid, checked.Subject.RenderedContent, checked.SuggestedTemplateModel],
        edited: (await client.editTemplate(made.TemplateId, { Name: "Other" })).Name,
        listed: (await client.getTemplates({ templateType: "layout" })).Templates.map((template) => template.Alias),
        deleted: (await client.deleteTemplate(made.TemplateId)).ErrorCode,
    };
}

async function settings() {
    const stream = { ID: "news", Name: "News", MessageStreamType: "Broadcasts" };
    await client.createMessageStream(stream);
    await client.archiveMessageStream("news");
    const hook = { Url: "http://127.0.0.1:9/hook", MessageStream: "outbound", Triggers: { Open: { Enabled: true } } };
    const webhook = await client.createWebhook(hook);
    const rule = await client.createInboundRuleTrigger({ Rule: "spam.example" });
    return {
        server: (await client.editServer({ Color: "Red", TrackOpens: true })).Color,
        archived: (await client.unarchiveMessageStream("news")).ArchivedAt,
        streams: (await client.getMessageStreams()).MessageStreams.map((each) => each.ID),
        webhook: (await client.editWebhook(webhook.ID, { Triggers: { Click: { Enabled: true } } })).Triggers.Open.Enabled,
        webhooks: (await client.getWebhooks()).Webhooks.length,
        rule: (await client.deleteInboundRuleTrigger(rule.ID)).ErrorCode,
        suppressions: (await client.getSuppressions("outbound")).Suppressions,
    };
}

async function ofAccount() {
    const server = await account.createServer({ Name: "Second", DeliveryType: "Sandbox" });
    const domain = await account.createDomain({ Name: "a.example" });
    const signature = await account.createSenderSignature({ Name: "Me", FromEmail: "me@a.example" });
    const push = { SourceServerID: (await client.getServer()).ID, DestinationServerID: server.ID, PerformChanges: true };
    const removal = { RequestedBy: "me@a.example", RequestedFor: "ada@example.com", NotifyWhenCompleted: false };
    return {
        server: (await account.editServer(server.ID, { Name: "Third" })).Name,
        servers: (await account.getServers()).TotalCount,
        dkim: (await account.verifyDomainDKIM(domain.ID)).DKIMVerified,
        signature: (await account.getSenderSignature(signature.ID)).EmailAddress,
        removal: (await account.requestDataRemoval(removal)).Status,
        push: (await account.pushTemplates(push)).Templates.map((template) => [template.Action, template.Alias]),
    };
}

async function bulk() {
    if (client.sendBulkEmail === undefined) {
        return null;
    }
    const messages = [{ To: "ada@example.com", TemplateModel: { name: "Ada" } }];
    const request = { From: email.From, Subject: "Hi {{name}}", TextBody: "Hello", Messages: messages };
    const status = await client.getBulkEmailStatus((await client.sendBulkEmail(request)).ID);
    return [status.Status, status.TotalMessages];
}

print({ sending, rejections, templates, settings, ofAccount, bulk });
