using System.Text.Json.Nodes;

using CsCheck;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.ManagedFields;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.ManagedFields;

public sealed class FieldOwnershipTests
{
    private const int Managers = 3;
    private const int Keys = 4;

    private static readonly ResourceDefinition ConfigMaps = ResourceCatalog.Builtin.Find(ResourceTypes.ConfigMaps)!.Definition;

    /// <summary>One manager's wish: for each key a value 1 or 2, or 0 for not saying anything.</summary>
    private static readonly Gen<(int Manager, bool IsApply, bool Force, int[] Values)> GenStep =
        Gen.Select(Gen.Int[0, Managers - 1], Gen.Bool, Gen.Bool, Gen.Int[0, 2].Array[Keys]);

    [Fact]
    public void Any_sequence_of_applies_and_updates_ends_as_the_rules_of_ownership_say() => GenStep.Array[1, 12].Sample(steps =>
    {
        var obj = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "c" } };
        var model = new Model();
        foreach (var (manager, isApply, force, values) in steps)
        {
            var ownership = new FieldOwnership(ConfigMaps, null, TimeProvider.System);
            if (isApply)
            {
                var allowed = force || !model.Conflicts(manager, values);
                try
                {
                    obj = ownership.Apply(obj, Config(values), $"m{manager}", force);
                    Assert.True(allowed, "an apply that takes another's field went through");
                    model.Apply(manager, values);
                }
                catch (KubernetesApiException e) when (e.IsConflict)
                {
                    Assert.False(allowed, e.Message);
                }
            }
            else
            {
                var old = obj.DeepClone().AsObject();
                obj["data"] = Data(values);
                ownership.Track(old, obj, obj.Metadata().Array("managedFields"), $"m{manager}");
                model.Update(manager, values);
            }

            model.RequireSame(obj);
        }
    }, iter: 2000);

    private static JsonObject Config(int[] values) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "c" },
        ["data"] = Data(values),
    };

    /// <summary>Key 0 is always there, so that the map as a whole never comes or goes.</summary>
    private static JsonObject Data(int[] values)
    {
        var data = new JsonObject { ["fixed"] = "x" };
        for (var key = 0; key < values.Length; key++)
        {
            if (values[key] > 0)
            {
                data[$"k{key}"] = $"{values[key]}";
            }
        }

        return data;
    }

    /// <summary>The rules themselves, key by key: a value and the set of its owners (a manager is two: as applier, and as writer).</summary>
    private sealed class Model
    {
        private readonly int[] _values = new int[Keys];
        private readonly HashSet<(int Manager, bool IsApply)>[] _owners = [.. Enumerable.Range(0, Keys).Select(_ => new HashSet<(int, bool)>())];

        public bool Conflicts(int manager, int[] values) => Enumerable.Range(0, Keys).Any(key =>
            values[key] > 0 && values[key] != _values[key] && _owners[key].Any(o => o != (manager, true)));

        public void Apply(int manager, int[] values)
        {
            for (var key = 0; key < Keys; key++)
            {
                var me = (manager, true);
                if (values[key] == 0)
                {
                    if (_owners[key].Remove(me) && _owners[key].Count == 0)
                    {
                        _values[key] = 0;
                    }

                    continue;
                }

                if (_values[key] != values[key])
                {
                    _owners[key].Clear();
                }

                _values[key] = values[key];
                _owners[key].Add(me);
            }
        }

        public void Update(int manager, int[] values)
        {
            for (var key = 0; key < Keys; key++)
            {
                if (_values[key] != values[key])
                {
                    _owners[key].Clear();
                    _values[key] = values[key];
                    if (values[key] > 0)
                    {
                        _owners[key].Add((manager, false));
                    }
                }
            }
        }

        public void RequireSame(JsonObject obj)
        {
            var entries = obj.Metadata().Objects("managedFields").ToList();
            for (var key = 0; key < Keys; key++)
            {
                Assert.Equal(_values[key] == 0 ? null : $"{_values[key]}", obj.Object("data").String($"k{key}"));
                var owners = entries
                    .Where(e => e.Object("fieldsV1").Object("f:data")?[$"f:k{key}"] is not null)
                    .Select(e => (int.Parse(e.String("manager")![1..]), e.String("operation") == "Apply"));
                Assert.Equal(_owners[key].Order(), owners.Order());
            }
        }
    }
}
