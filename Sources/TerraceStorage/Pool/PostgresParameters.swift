internal import CPostgres

/// Parameters as libpq wants them: one buffer, and where in it each value begins.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    private var offsets: [Int] = []  // -1: NULL.
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    /// `nil` where a text has a zero in it, at which libpq would cut it.
    init?(_ values: [PostgresValue]) {
        for value in values {
            self.types.append(value.type)
            self.formats.append(value.format)
            guard let wire = value.wire else {
                self.offsets.append(-1)
                self.lengths.append(0)
                continue
            }
            if value.format == 0, wire.dropLast().contains(0) { return nil }
            self.offsets.append(self.bytes.count)
            self.lengths.append(Int32(clamping: wire.count - 1))
            self.bytes += wire
        }
    }

    /// Sends a request to prepare `sql` under `name`.
    func sendPrepare(_ handle: OpaquePointer, _ name: String, _ sql: String) -> Bool {
        // SAFETY: the pointer is valid during the call, which copies what it points to.
        unsafe self.types.withUnsafeBufferPointer { types in
            unsafe PQsendPrepare(handle, name, sql, Int32(types.count), types.baseAddress) == 1
        }
    }

    /// Sends a request to run the statement that was prepared under `name`.
    func sendQuery(_ handle: OpaquePointer, _ name: String) -> Bool {
        // SAFETY: all pointers are valid during the call, which copies what they point to; each value ends with a zero.
        unsafe self.bytes.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                let values: [UnsafePointer<CChar>?] = unsafe self.offsets.map { offset in
                    unsafe offset < 0 ? nil : text.baseAddress.map { unsafe $0 + offset }
                }
                return unsafe values.withUnsafeBufferPointer { values in
                    unsafe self.lengths.withUnsafeBufferPointer { lengths in
                        unsafe self.formats.withUnsafeBufferPointer { formats in
                            unsafe PQsendQueryPrepared(
                                handle, name, Int32(values.count), values.baseAddress, lengths.baseAddress,
                                formats.baseAddress, 0) == 1
                        }
                    }
                }
            }
        }
    }
}
