import TerraceCore

/// The coins of a desk by index, in the order in which they were first named.
struct AssetTable {
    private(set) var names: [String] = []
    private var places: [String: Int] = [:]  // Looked up, never walked through.

    /// The index of a coin, new where it was not named before. A file's bounds keep the count below 65,536.
    mutating func index(of name: String) -> AssetIndex {
        if let known = self.known(name) { return known }
        self.places[name] = self.names.count
        self.names.append(name)
        return AssetIndex(UInt16(truncatingIfNeeded: self.names.count - 1))
    }

    /// The index of a coin that was named before.
    func known(_ name: String) -> AssetIndex? {
        self.places[name].map { AssetIndex(UInt16(truncatingIfNeeded: $0)) }
    }
}
