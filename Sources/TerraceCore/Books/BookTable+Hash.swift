extension BookTable {
    /// Takes the state of all books into `hash`: their levels, our part of them, their times, and what is yet to be told.
    ///
    /// Two tables that were fed the same have the same hash, in any process. How the levels are laid out does not count.
    /// - Complexity: O(levels).
    public func hash(into hash: inout StateHash) {
        hash.combine(self.now.nanoseconds)
        for index in 0..<self.books.count {
            hash.combine(UInt64(self.books[index].flags.rawValue))
            hash.combine(self.books[index].updatedAt.nanoseconds)
            self.hashSide(2 * index, into: &hash)
            self.hashSide(2 * index + 1, into: &hash)
        }
        for pair in 0..<self.pairs.count {
            hash.combine(self.pairs[pair].touchMoved)
            hash.combine(self.pairs[pair].depthMoved)
            hash.combine(self.pairs[pair].depthSlot >= 0)
        }
    }

    private func hashSide(_ place: Int, into hash: inout StateHash) {
        var cursor = self.ladders[place].cursor(from: .min)
        while cursor.key != Ladder.vacant {
            hash.combine(cursor.key)
            hash.combine(cursor.quantity)
            cursor = self.ladders[place].next(after: cursor)
        }
        hash.combine(self.owns[place].count)
        for index in 0..<self.owns[place].count {
            let entry = self.owns[place][index]
            hash.combine(entry.key)
            hash.combine(entry.own)
            hash.combine(entry.excluded)
            hash.combine(entry.gross)
            hash.combine(entry.fadesAt)
        }
    }
}
