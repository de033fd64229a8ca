using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using BleepStore.Metadata.Listing;
using SQLitePCL;

namespace BleepStore.Metadata.Sqlite;

/// <summary>A prepared statement: bind its parameters in order, then run or step it, then reset it.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, string sql) : IDisposable
{
    // Names and keys are S3's: valid Unicode. Anything else is a bug that must not merge two keys into one.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private sqlite3_stmt? _handle;
    private int _bound;

    public SqliteStatement Bind(long value)
    {
        database.Check(raw.sqlite3_bind_int64(Handle, ++_bound, value));
        return this;
    }

    public SqliteStatement Bind(string? value)
    {
        if (value is null)
        {
            database.Check(raw.sqlite3_bind_null(Handle, ++_bound));
            return this;
        }

        if (value.Length == 0)
        {
            // An empty span has no address, and SQLite takes no address for NULL.
            database.Check(raw.sqlite3_bind_text(Handle, ++_bound, ""));
            return this;
        }

        var rented = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(value.Length));
        var bytes = rented.AsSpan(0, Utf8.GetBytes(value, rented));
        database.Check(raw.sqlite3_bind_text(Handle, ++_bound, bytes));
        ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    public SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        database.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(Handle, ++_bound, 0) : raw.sqlite3_bind_blob(Handle, ++_bound, value));
        return this;
    }

    /// <summary>Binds the 16 bytes of a blob id, big-endian, so that rows are ordered like ids.</summary>
    public SqliteStatement BindId(UInt128 blobId)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, blobId);
        return Bind(bytes);
    }

    /// <summary>Binds the UTF-8 bytes of an object key.</summary>
    public SqliteStatement BindKey(string key) => BindKey(KeyBound.At(key));

    /// <summary>Binds the smallest bytes that a key at or past the bound can have.</summary>
    public SqliteStatement BindKey(KeyBound bound)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(bound.Key.Length) + 1);
        var length = Utf8.GetBytes(bound.Key, rented);
        if (bound.Kind == KeyBoundKind.After)
        {
            rented[length++] = 0;
        }
        else if (bound.Kind == KeyBoundKind.PastPrefix)
        {
            // UTF-8 has no byte 0xFF, so the last one can always be raised.
            rented[length - 1]++;
        }

        Bind(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return this;
    }

    /// <summary>Runs a statement without rows.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Moves to the next row; false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(Handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Error(code),
        };
    }

    /// <summary>The first row as <paramref name="read"/> makes it, or the default; ends the read.</summary>
    public T? First<T>(Func<SqliteStatement, T> read)
    {
        try
        {
            return Step() ? read(this) : default;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Up to <paramref name="limit"/> rows; ends the read.</summary>
    public List<T> All<T>(int limit, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (rows.Count < limit && Step())
            {
                rows.Add(read(this));
            }
        }
        finally
        {
            Reset();
        }

        return rows;
    }

    /// <summary>Ends the read and makes the parameters free again. What a failed step reports here was already thrown.</summary>
    public void Reset()
    {
        _bound = 0;
        if (_handle is not null)
        {
            raw.sqlite3_reset(_handle);
        }
    }

    public long Int64(int column) => raw.sqlite3_column_int64(Handle, column);

    public int Int32(int column) => raw.sqlite3_column_int(Handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(Handle, column) == raw.SQLITE_NULL;

    /// <summary>Bytes of a blob or text; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(Handle, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public UInt128 BlobId(int column)
        => Bytes(column) is { Length: 16 } id ? BinaryPrimitives.ReadUInt128BigEndian(id)
            : throw new MetadataFormatException("A metadata row is damaged: its blob id is none.");

    public void Dispose() => _handle?.Dispose();

    private sqlite3_stmt Handle => _handle ?? Compile();

    private sqlite3_stmt Compile()
    {
        database.Check(raw.sqlite3_prepare_v2(database.Handle, sql, out var handle));
        return _handle = handle;
    }
}
