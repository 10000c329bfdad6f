internal import CPostgres

/// What a statement gave: rows in the form in which they came, read without copying them.
///
/// Rows and columns count from 0. It belongs to one thread at a time.
@safe public final class PostgresResult {
    let handle: OpaquePointer
    private let place: String

    /// How many rows there are.
    public let rows: Int
    /// How many columns there are.
    public let columns: Int

    init(_ handle: OpaquePointer, place: String) {
        unsafe self.handle = handle
        self.place = place
        self.rows = unsafe Int(PQntuples(handle))
        self.columns = unsafe Int(PQnfields(handle))
    }

    deinit { unsafe PQclear(self.handle) }

    /// How many rows an INSERT, UPDATE, DELETE, COPY or SELECT touched.
    public var affected: Int { unsafe Int(Self.text(PQcmdTuples(self.handle))) ?? 0 }
    /// The command as the server names it, such as `COMMIT`.
    var command: String { unsafe Self.text(PQcmdStatus(self.handle)) }

    /// Whether a value is NULL.
    public func isNull(_ row: Int, _ column: Int) throws(DatabaseError) -> Bool {
        try self.check(row, column)
        return unsafe PQgetisnull(self.handle, Int32(row), Int32(column)) == 1
    }

    /// Lends a value's bytes; NULL has none.
    public func withBytes<R, E: Error>(
        _ row: Int, _ column: Int, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        guard row >= 0, row < self.rows, column >= 0, column < self.columns else { return try body(Span()) }
        let count = unsafe Int(PQgetlength(self.handle, Int32(row), Int32(column)))
        // SAFETY: libpq keeps the value until PQclear, which only `deinit` calls, and gives its true length.
        return try unsafe PQgetvalue(self.handle, Int32(row), Int32(column)).withMemoryRebound(
            to: UInt8.self, capacity: count
        ) {
            (start) throws(E) -> R in
            unsafe try body(Span(_unsafeStart: start, count: count))
        }
    }

    /// A whole number, from its text form.
    public func int(_ row: Int, _ column: Int) throws(DatabaseError) -> Int64 {
        try self.check(row, column)
        let number: Int64? = self.withBytes(row, column) { bytes in Self.number(bytes) }
        guard let number else { throw self.mistake(row, column, "is no whole number of 64 bits") }
        return number
    }

    /// A text, from any type's text form; NULL is an error.
    public func text(_ row: Int, _ column: Int) throws(DatabaseError) -> String {
        if try self.isNull(row, column) { throw self.mistake(row, column, "is NULL") }
        return self.withBytes(row, column) { bytes in Self.string(bytes) }
    }

    /// A text or NULL.
    public func optionalText(_ row: Int, _ column: Int) throws(DatabaseError) -> String? {
        try self.isNull(row, column) ? nil : try self.text(row, column)
    }

    /// True or false.
    public func bool(_ row: Int, _ column: Int) throws(DatabaseError) -> Bool {
        switch try self.text(row, column) {
        case "t": true
        case "f": false
        default: throw self.mistake(row, column, "is neither true nor false")
        }
    }

    /// What the server said of an error, or nothing.
    var sqlState: String? {
        // 'C' is PG_DIAG_SQLSTATE, a macro that Swift does not see.
        let text = unsafe PQresultErrorField(self.handle, Int32(UInt8(ascii: "C"))).map { unsafe String(cString: $0) }
        return text?.isEmpty == false ? text : nil
    }

    private func check(_ row: Int, _ column: Int) throws(DatabaseError) {
        guard row >= 0, row < self.rows, column >= 0, column < self.columns else {
            throw self.mistake(row, column, "is not among \(self.rows) rows and \(self.columns) columns")
        }
    }

    private func mistake(_ row: Int, _ column: Int, _ what: String) -> DatabaseError {
        DatabaseError(.schema, at: self.place, "the value in row \(row), column \(column) \(what)")
    }

    private static func number(_ bytes: Span<UInt8>) -> Int64? {
        var index = 0
        let isNegative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        guard index < bytes.count, bytes.count <= 20 else { return nil }
        var value: Int64 = 0  // Counted downwards, because the least number has no positive twin.
        while index < bytes.count {
            let digit = Int64(bytes[index]) - 48
            guard (0...9).contains(digit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = product.subtractingReportingOverflow(digit)
            if overflow || isBeyond { return nil }
            value = sum
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    private static func string(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
