internal import Foundation
public import TerraceStorage

extension DeskConfiguration {
    /// What the store of this desk tells, without changing it.
    ///
    /// - Throws: why it does not: there is none, it is not reached, it does not let us in.
    public func listing(_ listing: StoreListing, password: String?) async throws(DatabaseError) -> [String] {
        let path = self.services.storePath
        let location: StoreLocation
        do throws(PostgresAddressError) {
            switch try StoreLocation(path) {
            case .sqlite(let path): location = .sqlite(path: path)
            case .postgres(let address): location = .postgres(address.with(password: password))
            }
        } catch {
            throw DatabaseError(.missingDatabase, at: "the store's URL", error.description)
        }
        if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) {
            throw DatabaseError(
                .missingDatabase, at: path, "there is no such file: no live run has begun with this configuration")
        }
        let store = TradeStore(location: location, pool: PoolSettings(size: 1))
        do throws(DatabaseError) {
            let lines = try await listing.lines(store)
            await store.stop()
            return lines
        } catch {
            await store.stop()
            throw error
        }
    }
}
