package dev.cometlog.internal.log;

import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/// A storage whose calls a test may delay, fail or precede by what another process does.
final class InterceptedStorage {
    /// Called before each call that names a path, or goes to the open file of one.
    interface Before {
        void call(String method, Path path) throws IOException;
    }

    private volatile Before before = (method, path) -> {};

    private final Storage storage;

    InterceptedStorage(Storage real) {
        storage = (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof Path path) {
                        before.call(method.getName(), path);
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof StorageFile file ? intercepted(file) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// An open file, whose calls come to the test too: as `write`, `force` and so on.
    private StorageFile intercepted(StorageFile real) {
        return (StorageFile) Proxy.newProxyInstance(
                StorageFile.class.getClassLoader(), new Class<?>[] {StorageFile.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("path")) {
                        before.call(method.getName(), real.path());
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    Storage storage() {
        return storage;
    }

    void before(Before replacement) {
        before = replacement;
    }
}
