internal import GRDB
internal import GRDBSQLite
import TerraceCore

/// A statement that is run for row after row, with the fields bound in place.
///
/// GRDB binds from a list of boxed values, which takes about as long as the insertion itself. The statement is GRDB's, from its
/// cache, with which nobody else uses it at the same time.
@safe final class SQLiteInsertion {
    private let database: Database
    private let statement: Statement
    private let handle: OpaquePointer
    private var field: Int32 = 0
    /// The texts of the row, one behind the other, and where each is.
    private var bytes: [UInt8] = []
    private var texts: [(field: Int32, start: Int, count: Int)] = []

    init(_ database: Database, _ sql: String) throws {
        self.database = database
        self.statement = try database.cachedStatement(sql: sql)
        unsafe self.handle = self.statement.sqliteStatement
        // What it says is how the last run ended, whoever's that was.
        _ = unsafe sqlite3_reset(self.handle)
    }

    func int(_ value: Int64) {
        self.field += 1
        _ = unsafe sqlite3_bind_int64(self.handle, self.field, value)
    }

    func bool(_ value: Bool) { self.int(value ? 1 : 0) }

    func null() {
        self.field += 1
        _ = unsafe sqlite3_bind_null(self.handle, self.field)
    }

    func text(_ value: String) { self.append { $0.append(contentsOf: value.utf8) } }

    func text(_ value: String?) {
        if let value { self.text(value) } else { self.null() }
    }

    func decimal(_ value: ExactDecimal) { self.append { value.write(into: &$0) } }

    func decimal(_ value: ExactDecimal?) {
        if let value { self.decimal(value) } else { self.null() }
    }

    func side(_ value: Side) { self.append { $0.append(value == .bid ? UInt8(ascii: "b") : UInt8(ascii: "s")) } }

    func order(_ value: ClientOrderID) { self.append { value.writeHex(into: &$0) } }

    private func append(_ write: (inout [UInt8]) -> Void) {
        self.field += 1
        let start = self.bytes.count
        write(&self.bytes)
        self.texts.append((self.field, start, self.bytes.count - start))
    }

    /// Runs it with what was bound since the last time.
    ///
    /// - Returns: whether a row was changed.
    @discardableResult
    func run() throws -> Bool {
        // An empty text is no NULL: there is always a byte to point at.
        self.bytes.append(0)
        // SAFETY: the pointers are valid during the call, and nothing keeps them: bindings are cleared before its end.
        let (code, message, isChange) = unsafe self.bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                for (field, start, count) in self.texts {
                    let pointer = unsafe text.baseAddress.map { unsafe $0 + start }
                    _ = unsafe sqlite3_bind_text(self.handle, field, pointer, Int32(clamping: count), nil)
                }
                let code = unsafe sqlite3_step(self.handle)
                let message = code == SQLITE_DONE ? nil : self.database.lastErrorMessage
                let isChange = self.database.changesCount > 0
                _ = unsafe sqlite3_reset(self.handle)
                _ = unsafe sqlite3_clear_bindings(self.handle)
                return (code, message, isChange)
            }
        }
        self.field = 0
        self.bytes.removeAll(keepingCapacity: true)
        self.texts.removeAll(keepingCapacity: true)
        guard code == SQLITE_DONE else {
            throw GRDB.DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
        return isChange
    }
}
