using CsCheck;
using Inlet.Fuzz;

namespace Inlet.Http.Tests;

/// <summary>What the fuzzer has found worth keeping, and a quick search around it; fuzz/run searches for longer.</summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_must_hold_for_any_bytes_holds_for_the_saved_ones(string target) =>
        Assert.All(Saved(target), input => FuzzTargets.All[target]((byte[])input.Clone()));

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_must_hold_for_any_bytes_holds_for_mutations_of_the_saved_ones(string target)
    {
        var saved = Saved(target);
        var mutations = Gen.Select(
            Gen.Int[0, saved.Length - 1], Gen.Int[0, saved.Length - 1], Gen.Int[0, 3], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte, Gen.Byte).Array[1, 6],
            (one, other, kind, edits) => Mutate(saved[one], saved[other], kind, edits));
        mutations.Sample(input => FuzzTargets.All[target](input), iter: 5000);
    }

    private static byte[] Mutate(byte[] one, byte[] other, int kind, (int At, byte Value, byte Length)[] edits)
    {
        var bytes = new List<byte>(one);
        foreach (var (at, value, length) in edits)
        {
            var position = at % (bytes.Count + 1);
            switch ((kind + value) % 4)
            {
                case 0:
                    bytes.Insert(position, value);
                    break;
                case 1 when position < bytes.Count:
                    bytes[position] = value;
                    break;
                case 2:
                    bytes.RemoveRange(position, Math.Min(length % 8, bytes.Count - position));
                    break;
                default:
                    bytes.InsertRange(position, other.AsSpan(0, Math.Min(length, other.Length)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[][] Saved(string target) =>
        [.. CorpusFile.Read(Path.Combine(AppContext.BaseDirectory, "fuzz-corpus", target + ".txt"))];
}
