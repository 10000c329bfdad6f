/// What a follower needs of an engine: one connection that writes, as long as it holds, used by one thread.
protocol StoreWriting: AnyObject {
    /// Brings the tables up to date, and the connection.
    func prepare() throws(DatabaseError)
    /// The last record of `journal` that is stored; `nil` where none ever was.
    func cursor(of journal: Int64) throws(DatabaseError) -> UInt64?
    /// Stores a batch with its cursor, in one transaction.
    ///
    /// - Throws: `conflict` where the cursor is not where the batch begins: nothing was stored then.
    func write(_ batch: StoreBatch) throws(DatabaseError)
    /// Deletes public trades and buckets that are older, at most `limit` rows of each.
    ///
    /// - Returns: How many rows went.
    func deleteOlder(than horizon: StoreHorizon, limit: Int) throws(DatabaseError) -> Int
}
