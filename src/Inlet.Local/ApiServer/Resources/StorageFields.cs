using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>What volumes and claims share.</summary>
internal static class StorageFields
{
    private static readonly (string Mode, string Short)[] AccessModes =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    /// <summary>Access modes as kubectl shows them: <c>RWO,ROX</c>.</summary>
    public static string Modes(JsonObject? holder)
    {
        var modes = holder.Array("accessModes")?.Select(m => m?.ToString()).ToHashSet() ?? [];
        return string.Join(',', AccessModes.Where(m => modes.Contains(m.Mode)).Select(m => m.Short));
    }

    public static void Validate(JsonObject? spec, string path, FieldErrors errors)
    {
        if (spec.Array("accessModes") is not { Count: > 0 } modes)
        {
            errors.Required($"{path}.accessModes", "at least 1 access mode is required");
            return;
        }

        foreach (var mode in modes)
        {
            FieldChecks.OneOf(mode?.ToString() ?? "", $"{path}.accessModes", errors, [.. AccessModes.Select(m => m.Mode)]);
        }

        FieldChecks.OneOf(spec.String("volumeMode"), $"{path}.volumeMode", errors, "Block", "Filesystem");
    }
}
