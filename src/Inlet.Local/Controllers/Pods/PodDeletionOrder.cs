using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Pods;

/// <summary>
/// Which pods go first when there are too many: the rules of "Scaling down" in Kubernetes' ReplicaSet documentation. Where
/// Kubernetes chooses by chance among pods of about one age, the newest goes. (Its rule to spread over nodes has no meaning on one.)
/// </summary>
internal sealed class PodDeletionOrder : IComparer<JsonObject>
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    public static PodDeletionOrder Instance { get; } = new();

    public int Compare(JsonObject? x, JsonObject? y)
    {
        var order = Assigned(x!).CompareTo(Assigned(y!));
        order = order != 0 ? order : PhaseRank(x!).CompareTo(PhaseRank(y!));
        order = order != 0 ? order : x!.IsReady().CompareTo(y!.IsReady());
        order = order != 0 ? order : Cost(x!).CompareTo(Cost(y!));
        order = order != 0 ? order : -(x!.ReadySince() ?? DateTimeOffset.MaxValue).CompareTo(y!.ReadySince() ?? DateTimeOffset.MaxValue);
        order = order != 0 ? order : -x!.Restarts().CompareTo(y!.Restarts());
        order = order != 0 ? order : -x!.CreatedAt().CompareTo(y!.CreatedAt());
        return order != 0 ? order : string.CompareOrdinal(x!.Uid(), y!.Uid());
    }

    private static bool Assigned(JsonObject pod) => pod.NodeName().Length > 0;

    private static int PhaseRank(JsonObject pod) => pod.Phase() switch
    {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    };

    private static int Cost(JsonObject pod) =>
        int.TryParse(pod.Annotations().String(DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;
}
