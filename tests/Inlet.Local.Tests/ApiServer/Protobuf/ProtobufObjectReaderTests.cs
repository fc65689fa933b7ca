using System.Text;
using System.Text.Json.Nodes;

using CsCheck;

using Inlet.Local.ApiServer.Protobuf;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Protobuf;

/// <summary>Bodies as kubectl 1.32 sent them, and what is left of them when they are damaged.</summary>
public sealed class ProtobufObjectReaderTests
{
    // kubectl create configmap cm1 --from-file=f.txt --from-file=b.bin --from-literal=a=1
    private const string ConfigMap = "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEjwKEwoDY20xEgAaACIAKgAyADgAQgASBgoBYRIBMRIPCgVmLnR4dBIGaGVsbG8KGgwKBWIuYmluEgP//gAaACIA";

    // kubectl create secret generic s1 --from-literal=p=geheim
    private const string Secret = "azhzAAoMCgJ2MRIGU2VjcmV0EiMKEgoCczESABoAIgAqADIAOABCABILCgFwEgZnZWhlaW0aABoAIgA=";

    // kubectl create deployment web --image=nginx --replicas=2 --port=80 -- sleep 1
    private const string Deployment = "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EsIBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEpABCAISDAoKCgNhcHASA3dlYhp2ChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViElYSOAoFbmdpbngSBW5naW54GgVzbGVlcBoBMSoAMgoKABAAGFAiACoAQgBqAHIAgAEAiAEAkAEAogEAGgAyAEIASgBSAFgAYABoAIIBAIoBAJoBAMIBACICCgAoADgAGgwIABAAGAAgACgAOAAaACIA";

    // kubectl create service nodeport s2 --tcp=80:8080 --node-port=30080
    private const string Service = "azhzAAoNCgJ2MRIHU2VydmljZRJnCh0KAnMyEgAaACIAKgAyADgAQgBaCQoDYXBwEgJzMhJCCh0KBzgwLTgwODASA1RDUBhQIgcIABCQPxoAKIDrARIJCgNhcHASAnMyGgAiCE5vZGVQb3J0OgBCAFIAWgBgAGgAGgIKABoAIgA=";

    // kubectl create ingress i1 --class=inlet --rule='a.com/x*=svc:80,tls=t' --rule='b.com/=svc:web'
    private const string Ingress = "azhzAAofChRuZXR3b3JraW5nLms4cy5pby92MRIHSW5ncmVzcxKCAQoSCgJpMRIAGgAiACoAMgA4AEIAEmgSCgoFYS5jb20SAXQaKAoFYS5jb20SHwodChsKAi94Eg0iCwoDc3ZjEgQKABBQGgZQcmVmaXgaKQoFYi5jb20SIAoeChwKAS8SECIOCgNzdmMSBwoDd2ViEAAaBUV4YWN0IgVpbmxldBoCCgAaACIA";

    // kubectl create namespace n1
    private const string Namespace = "azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhoKEgoCbjESABoAIgAqADIAOABCABIAGgIKABoAIgA=";

    // kubectl create rolebinding rb1 --role=r1 --serviceaccount=default:sa1
    private const string RoleBinding = "azhzAAorChxyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvL3YxEgtSb2xlQmluZGluZxJeChMKA3JiMRIAGgAiACoAMgA4AEIAEiAKDlNlcnZpY2VBY2NvdW50EgAaA3NhMSIHZGVmYXVsdBolChlyYmFjLmF1dGhvcml6YXRpb24uazhzLmlvEgRSb2xlGgJyMRoAIgA=";

    // kubectl create token sa1
    private const string TokenRequest = "azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIaChAKABIAGgAiACoAMgA4AEIAEgAaBAoAEgAaACIA";

    [Theory]
    [InlineData(ConfigMap,
        """
        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"cm1"},"data":{"a":"1","f.txt":"hello\n"},"binaryData":{"b.bin":"//4A"}}
        """)]
    [InlineData(Secret,
        """
        {"kind":"Secret","apiVersion":"v1","metadata":{"name":"s1"},"data":{"p":"Z2VoZWlt"}}
        """)]
    [InlineData(Deployment,
        """
        {"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web","labels":{"app":"web"}},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
         "spec":{"containers":[{"name":"nginx","image":"nginx","command":["sleep","1"],"ports":[{"containerPort":80}],"resources":{}}]}},
         "strategy":{}},"status":{}}
        """)]
    [InlineData(Service,
        """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"s2","labels":{"app":"s2"}},
         "spec":{"ports":[{"name":"80-8080","protocol":"TCP","port":80,"targetPort":8080,"nodePort":30080}],"selector":{"app":"s2"},
         "type":"NodePort"},"status":{"loadBalancer":{}}}
        """)]
    [InlineData(Ingress,
        """
        {"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{"name":"i1"},
         "spec":{"ingressClassName":"inlet","tls":[{"hosts":["a.com"],"secretName":"t"}],"rules":[
         {"host":"a.com","http":{"paths":[{"path":"/x","pathType":"Prefix","backend":{"service":{"name":"svc","port":{"number":80}}}}]}},
         {"host":"b.com","http":{"paths":[{"path":"/","pathType":"Exact","backend":{"service":{"name":"svc","port":{"name":"web"}}}}]}}]},
         "status":{"loadBalancer":{}}}
        """)]
    [InlineData(Namespace,
        """
        {"kind":"Namespace","apiVersion":"v1","metadata":{"name":"n1"},"spec":{},"status":{}}
        """)]
    [InlineData(RoleBinding,
        """
        {"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"rb1"},
         "subjects":[{"kind":"ServiceAccount","name":"sa1","namespace":"default"}],
         "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r1"}}
        """)]
    [InlineData(TokenRequest,
        """
        {"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{},"spec":{},"status":{}}
        """)]
    public void Read_body_of_kubectl_gives_what_its_dry_run_prints(string body, string expected)
    {
        var obj = Read(Convert.FromBase64String(body));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), obj), obj.ToJsonString());
    }

    [Theory]
    [InlineData(ConfigMap)]
    [InlineData(Deployment)]
    [InlineData(Ingress)]
    public void Read_truncated_body_is_one_clear_error(string body)
    {
        var whole = Convert.FromBase64String(body);
        for (var length = 0; length < whole.Length - 1; length++)
        {
            try
            {
                // Cut between two fields of the envelope, a shorter body is a legal one.
                Read(whole.AsSpan(0, length));
            }
            catch (ProtobufFormatException e)
            {
                Assert.StartsWith("the protobuf body is malformed: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Read_damaged_body_never_throws_anything_else()
    {
        var whole = Convert.FromBase64String(Deployment);
        Gen.Select(Gen.Int[4, whole.Length - 1], Gen.Byte, Gen.Int[4, whole.Length - 1], Gen.Byte).Sample((i, a, j, b) =>
        {
            var damaged = whole.ToArray();
            damaged[i] = a;
            damaged[j] = b;
            try
            {
                Read(damaged);
            }
            catch (ProtobufFormatException)
            {
            }
        });
    }

    [Fact]
    public void Read_noise_never_throws_anything_else() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        try
        {
            Read([.. ProtobufObjectReader.Magic, .. Envelope("v1", "Pod", noise)]);
        }
        catch (ProtobufFormatException)
        {
        }
    });

    [Fact]
    public void Read_deep_body_is_refused()
    {
        // JSONPatch-like recursion does not exist in Pod; a node affinity cannot recurse either: the only way down is
        // length, so a claim of 2^60 bytes is the dangerous case.
        byte[] raw = [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];

        Assert.Contains("unexpected end of data", Assert.Throws<ProtobufFormatException>(
            () => Read([.. ProtobufObjectReader.Magic, .. Envelope("v1", "Pod", raw)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_json_with_a_protobuf_content_type_is_refused() =>
        Assert.Contains("does not start with", Assert.Throws<ProtobufFormatException>(() => Read("{}"u8)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_unknown_kind_is_refused_by_name() =>
        Assert.Contains("no kind \"Widget\" is registered for version \"example.com/v1\"", Assert.Throws<ProtobufFormatException>(
            () => Read([.. ProtobufObjectReader.Magic, .. Envelope("example.com/v1", "Widget", [])])).Message, StringComparison.Ordinal);

    private static JsonObject Read(ReadOnlySpan<byte> body) =>
        ProtobufObjectReader.Read(body, (apiVersion, kind) => KnownMessages.Find(ResourceCatalog.Builtin, apiVersion, kind));

    private static byte[] Envelope(string apiVersion, string kind, byte[] raw)
    {
        byte[] meta = [.. Field(1, Encoding.UTF8.GetBytes(apiVersion)), .. Field(2, Encoding.UTF8.GetBytes(kind))];
        return [.. Field(1, meta), .. Field(2, raw)];
    }

    private static byte[] Field(int number, byte[] bytes)
    {
        var length = new List<byte>();
        var rest = bytes.Length;
        while (rest >= 0x80)
        {
            length.Add((byte)(rest | 0x80));
            rest >>= 7;
        }

        length.Add((byte)rest);
        return [(byte)((number << 3) | 2), .. length, .. bytes];
    }
}
