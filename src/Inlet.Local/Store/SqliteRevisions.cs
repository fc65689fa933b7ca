using System.Globalization;

using Microsoft.Data.Sqlite;

namespace Inlet.Local.Store;

/// <summary>
/// The SQL side of the store: one append-only table whose row id is the revision. All calls come from one thread.
/// </summary>
internal sealed class SqliteRevisions : IDisposable
{
    /// <summary>Layout of the file, in <c>PRAGMA user_version</c>. A newer one is refused, an older one is migrated here.</summary>
    public const int SchemaVersion = 1;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _setCompacted;

    private SqliteRevisions(SqliteConnection connection)
    {
        _connection = connection;
        _insert = Prepare(
            "INSERT INTO revisions (revision, resource, namespace, name, change, object) VALUES ($revision, $resource, $namespace, $name, $change, $object)",
            "$revision", "$resource", "$namespace", "$name", "$change", "$object");
        _delete = Prepare("DELETE FROM revisions WHERE revision = $revision", "$revision");
        _setCompacted = Prepare("UPDATE meta SET compacted = $revision", "$revision");
    }

    /// <exception cref="StoreUnusableException">The file is of a newer version, or no database.</exception>
    public static SqliteRevisions Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // FULL: a commit returns after the write-ahead log is on the disk, which is what acknowledging a write promises.
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304; PRAGMA locking_mode = EXCLUSIVE;");
            var version = Scalar(connection, "PRAGMA user_version");
            if (version > SchemaVersion)
            {
                throw new StoreUnusableException(
                    $"{path} was written by a newer inlet (data version {version}, this one reads up to {SchemaVersion}); "
                    + "use that inlet, choose another directory with --data-dir, or remove this one with 'inlet reset'");
            }

            if (version == 0)
            {
                Create(connection);
            }

            return new(connection);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new StoreUnusableException(
                $"the database {path} cannot be opened: {e.Message}; restore it, or start afresh with 'inlet reset'", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public long Compacted => Scalar(_connection, "SELECT compacted FROM meta");

    /// <summary>The highest revision ever written, also when its row was compacted away: revisions are never used twice.</summary>
    public long Highest => Scalar(_connection, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'revisions'");

    /// <summary>Pages of the file that hold nothing.</summary>
    public long FreePages => Scalar(_connection, "PRAGMA freelist_count");

    /// <summary>Every row, oldest first.</summary>
    public IEnumerable<(StoreEventType Change, StoredObject Object)> ReadAll()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT revision, resource, namespace, name, change, object FROM revisions ORDER BY revision";
        using var reader = command.ExecuteReader();
        var resources = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            var resource = reader.GetString(1);
            resource = resources.TryGetValue(resource, out var known) ? known : resources[resource] = resource;
            var key = new StoreKey(resource, reader.GetString(2), reader.GetString(3));
            yield return ((StoreEventType)reader.GetInt32(4), new(key, reader.GetInt64(0), (byte[])reader.GetValue(5)));
        }
    }

    public SqliteTransaction Begin()
    {
        var transaction = _connection.BeginTransaction();
        _insert.Transaction = _delete.Transaction = _setCompacted.Transaction = transaction;
        return transaction;
    }

    public void Insert(StoreEventType change, StoredObject stored, byte[] utf8)
    {
        _insert.Parameters[0].Value = stored.Revision;
        _insert.Parameters[1].Value = stored.Key.Resource;
        _insert.Parameters[2].Value = stored.Key.Namespace;
        _insert.Parameters[3].Value = stored.Key.Name;
        _insert.Parameters[4].Value = (int)change;
        _insert.Parameters[5].Value = utf8;
        _insert.ExecuteNonQuery();
    }

    public void Delete(long revision)
    {
        _delete.Parameters[0].Value = revision;
        _delete.ExecuteNonQuery();
    }

    public void SetCompacted(long revision)
    {
        _setCompacted.Parameters[0].Value = revision;
        _setCompacted.ExecuteNonQuery();
    }

    /// <summary>Gives free pages back to the file system. Outside a transaction.</summary>
    public void Vacuum() => Execute(_connection, "PRAGMA incremental_vacuum");

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
        _setCompacted.Dispose();
        _connection.Dispose();
    }

    private static void Create(SqliteConnection connection) => Execute(
        connection,
        $"""
        BEGIN;
        CREATE TABLE revisions (
          revision INTEGER PRIMARY KEY AUTOINCREMENT,
          resource TEXT NOT NULL,
          namespace TEXT NOT NULL,
          name TEXT NOT NULL,
          change INTEGER NOT NULL,
          object BLOB NOT NULL);
        CREATE TABLE meta (compacted INTEGER NOT NULL);
        INSERT INTO meta VALUES (0);
        PRAGMA user_version = {SchemaVersion.ToString(CultureInfo.InvariantCulture)};
        COMMIT;
        """);

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only literals of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only literals of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only literals of this class come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
