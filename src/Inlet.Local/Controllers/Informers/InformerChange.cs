using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Informers;

/// <param name="Old">What was known before; null for an object that is new.</param>
/// <param name="New">Null for an object that is gone.</param>
internal readonly record struct InformerChange(ObjectKey Key, JsonObject? Old, JsonObject? New);
