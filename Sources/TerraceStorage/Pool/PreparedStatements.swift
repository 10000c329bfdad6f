/// Which statements a connection has prepared, and under which names; the one that was not used for longest goes first.
struct PreparedStatements {
    /// Looked up; walked through only to find the oldest.
    private var names: [String: (name: String, used: UInt64)] = [:]
    private var uses: UInt64 = 0
    private var made: UInt64 = 0

    /// How many there are.
    var count: Int { self.names.count }

    /// The name of a statement that is prepared.
    mutating func name(of sql: String) -> String? {
        self.uses += 1
        self.names[sql]?.used = self.uses
        return self.names[sql]?.name
    }

    /// A name for a new one.
    mutating func newName() -> String {
        self.made += 1
        return "terrace_\(self.made)"
    }

    /// `sql` is prepared under `name`.
    mutating func insert(_ sql: String, _ name: String) {
        self.uses += 1
        self.names[sql] = (name, self.uses)
    }

    /// Forgets a statement: its name.
    mutating func remove(_ sql: String) -> String? { self.names.removeValue(forKey: sql)?.name }

    /// Forgets the one that was not used for longest: its name. O(n).
    mutating func removeOldest() -> String? {
        guard let oldest = self.names.min(by: { $0.value.used < $1.value.used }) else { return nil }
        return self.remove(oldest.key)
    }
}
