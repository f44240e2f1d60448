import Synchronization

/// A data set that is opened when it is first asked for, once for all copies of its task.
final class DataHandle: Sendable {
    private let result = Mutex<Result<DataSet, DataError>?>(nil)

    /// What is open, if it could be opened.
    var opened: DataSet? {
        result.withLock { try? $0?.get() }
    }

    func open(
        _ make: () throws(DataError) -> DataSet
    ) -> Result<DataSet, DataError> {
        result.withLock { opened in
            if let opened { return opened }
            let result = Result { () throws(DataError) -> DataSet in try make() }
            opened = result
            return result
        }
    }
}
