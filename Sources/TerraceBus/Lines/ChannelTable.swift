/// Finds a channel by the bytes of its name without making anything: open addressing, at most half full.
struct ChannelTable {
    private var places: [Int32] = Array(repeating: -1, count: 16)
    private var names: [[UInt8]] = []

    /// Adds a name that is not in it; gives its number, from 0 on.
    mutating func add(_ name: String) -> Int {
        self.names.append(Array(name.utf8))
        if self.names.count * 2 > self.places.count {
            self.places = Array(repeating: -1, count: self.places.count * 4)
            for number in self.names.indices { self.enter(number) }
        } else {
            self.enter(self.names.count - 1)
        }
        return self.names.count - 1
    }

    /// The number of the name that stands at `range` of `bytes`; nil where it is none of ours.
    func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let mask = self.places.count - 1
        var place = Int(truncatingIfNeeded: BusMessage.hash(bytes, range)) & mask
        while true {
            let number = Int(self.places[place])
            if number < 0 { return nil }
            if self.isEqual(number, bytes, range) { return number }
            place = (place + 1) & mask
        }
    }

    private func isEqual(_ number: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard self.names[number].count == range.count else { return false }
        for offset in 0..<range.count where self.names[number][offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func enter(_ number: Int) {
        let name = self.names[number]
        let mask = self.places.count - 1
        var place = Int(truncatingIfNeeded: BusMessage.hash(name.span, 0..<name.count)) & mask
        while self.places[place] >= 0 { place = (place + 1) & mask }
        self.places[place] = Int32(truncatingIfNeeded: number)
    }
}
